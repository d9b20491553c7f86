-- Whoever asked for access answers what an Administrator asked back; the request waits again, no longer than before, and the
-- account's Administrators are told by mail. Answers 'done', 'words' (1 to 2,000 characters), or 'decided' where there is nothing to answer (any more).
create or replace function djms.answer_question(in_account uuid, request uuid, told text) returns text
language plpgsql security definer set search_path = djms, pg_temp set debug_print_plan = off as $$
declare
  me constant uuid := current_staff('');
begin
  if coalesce(btrim(told), '') = '' or length(told) > 2000 then
    return 'words';
  end if;
  update access_request r set state = 'pending', answer = btrim(told)
   where r.account_id = in_account and r.id = request and r.staff_id = me and r.state = 'asked'
     and r.expires > clock_timestamp();
  if not found then
    return 'decided';
  end if;
  perform mail_administrators(in_account, 'access-answered', '/access/' || request, me);
  return 'done';
end $$;
