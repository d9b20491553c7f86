-- What support is told about who asked: whether they were signed in, or else have shown that the address is theirs; whether it is
-- registered; and of an account that they named, whether they belong to it now and administer it. Nothing else.
create or replace function djms.about_asker(
  ticket uuid, out was_signed_in boolean, out address_proven boolean, out is_registered boolean, out account uuid,
  out is_member boolean, out is_administrator boolean)
language plpgsql stable security definer set search_path = djms, pg_temp set debug_print_plan = off as $$
begin
  perform current_staff('support');
  select t.person_id is not null, t.address_proven, exists (select from person p where p.email = t.email), t.account_id,
         m.person_id is not null, coalesce(m.is_administrator, false)
    into was_signed_in, about_asker.address_proven, is_registered, account, is_member, is_administrator
    from ticket t left join membership m on m.account_id = t.account_id and m.person_id = t.person_id
   where t.id = about_asker.ticket;
end $$;
