-- Notes that a notice which is due was handed to the mail server, for each whom it is for; in the transaction
-- of notice_to_send(). One that isn't due can't have been sent.
create or replace function djms.note_notice_sent(of_notice uuid) returns void
language plpgsql security definer set search_path = djms, pg_temp set debug_print_plan = off as $$
begin
  update access_notice n
     set sent_at = coalesce(n.sent_at, clock_timestamp()),
         reminded_at = case when n.sent_at is not null then clock_timestamp() end
   where n.id = of_notice and exists (select from due_notices(of_notice));
  update parting_notice n set sent_at = clock_timestamp()
   where n.id = of_notice and exists (select from due_notices(of_notice));
end $$;
