create index instances_name_b4e71bad on instances (name) where removed is null;
