-- Which notices are to be sent now, by their ids (or the one that is asked for, if it is): those that weren't yet, and those
-- that nobody has acknowledged 3 and 7 days after, and weekly from then on. Of an account that is gone there is nothing to
-- acknowledge.
create or replace function djms.due_notices(asked uuid) returns setof uuid
language plpgsql stable security definer set search_path = djms, pg_temp set debug_print_plan = off as $$
begin
  return query select n.id from access_notice n
    where (asked is null or n.id = asked)
      and ((n.sent_at is null and n.not_before <= clock_timestamp())
        or (n.sent_at is not null and n.acknowledged_at is null and clock_timestamp() >= n.sent_at + case
              when n.reminded_at is null then interval '3 days'
              when n.reminded_at < n.sent_at + interval '7 days' then interval '7 days'
              else n.reminded_at - n.sent_at + interval '7 days' end))
    order by n.not_before limit 1000;
  return query select p.id from parting_notice p
    where (asked is null or p.id = asked) and p.sent_at is null and is_told(p.process_id) limit 1000;
end $$;
