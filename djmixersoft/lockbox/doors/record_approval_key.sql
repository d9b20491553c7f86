-- Puts on record that an account's approval key counts from now on (with the public key, so that nobody can say later that it
-- was another), that it is to end for being lost, that it was kept, or that it was dropped with a signature.
create or replace function djms.record_approval_key() returns trigger
language plpgsql security definer set search_path = djms, pg_temp set debug_print_plan = off as $$
declare
  which jsonb := jsonb_build_object('key', new.id, 'public', encode(new.spki, 'hex'));
begin
  if new.admitted_at is not null and (tg_op = 'INSERT' or old.admitted_at is null) then
    perform record('administrator:approval-key:added', new.account_id, null, which || jsonb_build_object(
      'signer', new.signed_by, 'terms', encode(new.terms, 'hex')));
  elsif tg_op = 'UPDATE' and new.ends_at is distinct from old.ends_at then
    if new.ends_at is null then
      perform record('administrator:approval-key:kept', new.account_id, null, which);
    elsif new.terms is distinct from old.terms then
      perform record('administrator:approval-key:dropped', new.account_id, null, which || jsonb_build_object(
        'signer', new.signed_by, 'terms', encode(new.terms, 'hex')));
    else
      perform record('administrator:approval-key:lost', new.account_id, null, which || jsonb_build_object(
        'until', to_char(new.ends_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')));
    end if;
  end if;
  return null;
end $$;
