-- After a message is written down: a job for the mailer, in the same transaction. It names the message by its id alone. That
-- somebody asks for access, or answered what was asked back, goes before all others.
create or replace function djms.queue_mail() returns trigger
language plpgsql security definer set search_path = djms, pg_temp set debug_print_plan = off as $$
begin
  perform procrastinate_defer_jobs_v1(array[row(
    'mailer', 'mail.send', case when new.template in ('access-requested', 'access-answered') then 50 else 0 end, null, null,
    jsonb_build_object('message', new.id), null)::procrastinate_job_to_defer_v1]);
  return null;
end $$;
