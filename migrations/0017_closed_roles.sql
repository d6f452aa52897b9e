-- Roles that only look or help end with a rule that denies all else. A role's id is free among rules.
insert into role_rules (id, role_id, place, rule, permission, description)
select r.id, r.id, 100000, '*', 'deny', '' from roles r
where r.is_default = 1 and (r.name like 'Read-Only %' or r.name like 'Support %')
and not exists (select 1 from role_rules u where u.role_id = r.id and u.rule = '*');
