-- Whether an account has an approval key that counts: then its Administrators approve with a signature by it alone. One that
-- is being ended for being lost counts until its 7 days are over.
create or replace function djms.needs_signature(in_account uuid) returns boolean
language plpgsql security definer set search_path = djms, pg_temp set debug_print_plan = off as $$
begin
  return exists (
    select from approval_key k where k.account_id = in_account and k.admitted_at is not null
       and (k.ends_at is null or k.ends_at > clock_timestamp()));
end $$;
