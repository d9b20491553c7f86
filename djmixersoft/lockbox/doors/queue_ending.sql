-- After an access is revoked: a job for the steward in the same transaction, before all others, that ends what still reads.
create or replace function djms.queue_ending() returns trigger
language plpgsql security definer set search_path = djms, pg_temp set debug_print_plan = off as $$
begin
  if old.revoked_at is null and new.revoked_at is not null then
    perform procrastinate_defer_jobs_v1(array[row(
      'steward', 'lockbox.end', 100, null, null, '{}'::jsonb, null)::procrastinate_job_to_defer_v1]);
  end if;
  return null;
end $$;
