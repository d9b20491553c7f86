-- What a notice says, a row for each who administers the account now, or did when it was deleted (`account` is null then), while
-- nobody else sends it; none where it isn't due, or another worker is at it. The transaction holds it until note_notice_sent(). The desk's words are for the page that it
-- leads to; a mail holds none.
create or replace function djms.notice_to_send(of_notice uuid)
returns table (recipient text, recipient_id uuid, account uuid, account_name text, role text, pseudonym text, reason text, began timestamptz,
               ends timestamptz, items integer, request_id uuid, created_at timestamptz, again boolean, reminded_at timestamptz)
language plpgsql security definer set search_path = djms, pg_temp set debug_print_plan = off as $$
begin
  perform from access_notice n where n.id = of_notice for update skip locked;
  if not found then
    perform from parting_notice n where n.id = of_notice for update skip locked;
  end if;
  if not found or not exists (select from due_notices(of_notice)) then
    return;
  end if;
  return query
    select p.email, p.id, a.id, a.name, g.staff_role, g.pseudonym, r.reason, g.starts, g.ends, g.items, r.id, n.created_at,
           n.sent_at is not null, n.reminded_at
      from access_notice n
      join access_grant g on g.account_id = n.account_id and g.id = n.grant_id
      join access_request r on r.account_id = g.account_id and r.id = g.request_id
      join account a on a.id = n.account_id
      join membership m on m.account_id = n.account_id and m.is_administrator
      join person p on p.id = m.person_id
     where n.id = of_notice
    union all
    select p.email, p.id, null, n.account_name, n.staff_role, n.pseudonym, null, n.began, n.ends, n.items, null, n.created_at,
           false, null
      from parting_notice n join person p on p.id = n.person_id
     where n.id = of_notice;
end $$;
