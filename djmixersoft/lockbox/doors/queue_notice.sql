-- After a notice is written down: a job for the mailer in the same transaction, before all other mail. It names the notice
-- by its id alone.
create or replace function djms.queue_notice() returns trigger
language plpgsql security definer set search_path = djms, pg_temp set debug_print_plan = off as $$
begin
  perform procrastinate_defer_jobs_v1(array[row(
    'mailer', 'lockbox.notify', 100, null, null,
    jsonb_build_object('notice', new.id), null)::procrastinate_job_to_defer_v1]);
  return null;
end $$;
