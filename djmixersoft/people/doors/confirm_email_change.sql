-- Gives a person the address at which the link was opened. Answers 'done', 'taken', 'expired' or 'unknown'.
create or replace function djms.confirm_email_change(token text) returns text
language plpgsql security definer set search_path = djms, pg_temp set debug_print_plan = off as $$
declare
  proof mail_proof;
  old_address text;
begin
  delete from mail_proof where token_hash = sha256(convert_to(token, 'UTF8')) and kind = 'email' returning * into proof;
  if proof.person_id is null then
    return 'unknown';
  elsif proof.expires < clock_timestamp() then
    return 'expired';
  end if;
  select email into old_address from person where id = proof.person_id for update;
  update person set email = proof.new_email where id = proof.person_id;
  delete from mail_proof where person_id = proof.person_id; -- links that went to the old address open nothing now
  insert into mail_message (template, recipient) values ('email-changed', old_address);
  return 'done';
exception when unique_violation then
  return 'taken';
end $$;
