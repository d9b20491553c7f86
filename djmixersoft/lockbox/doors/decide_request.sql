-- An Administrator answers a request for access: 'approve' (all of it or less: some of its items, fewer hours, later, without
-- downloads), 'deny', or 'ask' back. Only who is signed in in a browser may, never a program of theirs. Answers 'done', or
-- why not: 'not-yours' (no such request, or not an Administrator of its account), 'decided' (somebody was faster),
-- 'expired', 'words' (a question needs some, to 2,000 characters), 'items' (none of them, or others than were asked for),
-- 'hours', 'starts' (in the past, or in more than 30 days), 'gone' (nothing of it is there), 'many' (over 10,000 items), 'sign' (the account has an approval
-- key: draft_approval(), sign_approval()).
create or replace function djms.decide_request(
  in_account uuid, request uuid, decision text, chosen uuid[], for_hours integer, from_then timestamptz,
  download boolean, told text) returns text
language plpgsql security definer set search_path = djms, pg_temp set debug_print_plan = off as $$
declare
  me constant uuid := current_person();
  asked access_request;
  outcome text;
begin
  if not administers(me, in_account) then
    return 'not-yours';
  end if;
  select * into asked from access_request r where r.account_id = in_account and r.id = request for update;
  if asked.id is null or not is_told(asked.process_id) then
    return 'not-yours';
  elsif asked.state not in ('pending', 'asked') then
    return 'decided';
  elsif asked.expires <= clock_timestamp() then
    return 'expired';
  elsif decision = 'ask' and (coalesce(btrim(told), '') = '' or length(told) > 2000) then
    return 'words';
  elsif decision = 'approve' and needs_signature(in_account) then
    return 'sign';
  elsif decision = 'approve' then
    outcome := case when coalesce(cardinality(chosen), 0) = 0 or not chosen <@ asked.items then 'items'
                    when for_hours is null or for_hours not between 1 and asked.hours then 'hours'
                    when from_then not between clock_timestamp() - interval '1 minute'
                                           and clock_timestamp() + interval '30 days' then 'starts' end;
    outcome := coalesce(outcome, add_grant(
      asked, 'approval', me, chosen, greatest(coalesce(from_then, clock_timestamp()), clock_timestamp()), for_hours,
      asked.may_download and coalesce(download, false)));
    if outcome <> 'granted' then
      return outcome;
    end if;
  elsif decision not in ('deny', 'ask') or decision is null then
    raise exception 'no such decision' using errcode = '22023';
  end if;
  update access_request r
     set state = case decision when 'approve' then 'approved' when 'deny' then 'denied' else 'asked' end,
         question = case decision when 'ask' then btrim(told) else r.question end,
         decided_by = me, decided_at = clock_timestamp()
   where r.account_id = in_account and r.id = request;
  return 'done';
end $$;
