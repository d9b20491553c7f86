-- Before a statement that will be put on record changes anything: notes who acts, by the secret that the transaction carries
-- at this moment. What the statement itself does to that secret, in whatever clause, comes too late. Not for what a cascade
-- does, which is still the statement's.
create or replace function djms.pin_actor() returns trigger
language plpgsql security definer set search_path = djms, pg_temp set debug_print_plan = off as $$
declare
  who uuid;
begin
  if pg_trigger_depth() > 1 then
    return null;
  end if;
  select s.person_id into who from session s
   where s.token_hash = sha256(convert_to(nullif(current_setting('djms.token', true), ''), 'UTF8'))
     and s.expires > clock_timestamp() and s.proven_at is not null;
  if who is null then
    select t.bearer into who from token_bearer() t;
  end if;
  insert into ledger_actor (backend, transaction, person_id)
  values (pg_backend_pid(), pg_current_xact_id()::text::bigint, who)
  on conflict (backend) do update set transaction = excluded.transaction, person_id = excluded.person_id;
  return null;
end $$;
