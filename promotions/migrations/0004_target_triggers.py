"""Whatever changes what a target means leaves a mark, whoever writes it: ORM, bulk statement or by hand.

Added and deleted rows are marked once a statement, each name once; of updates only those that matter call at all.
"""

from collections.abc import Iterator

from django.db import migrations

MARK = "INSERT INTO promotions_targetmark (kind, name, marked_at) SELECT DISTINCT m.kind, m.name, now()"

OF_ITEMS = """(VALUES ('ITEM', {row}.sku), ('BRAND', {row}.brand), ('PRODUCT_TYPE', {row}.product_type),
                      ('ITEM_GROUP', {row}.item_group_id)) AS m(kind, name)"""

FUNCTIONS = f"""
CREATE FUNCTION promotions_mark_items() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    {MARK} FROM changed c CROSS JOIN LATERAL {OF_ITEMS.format(row="c")} WHERE m.name <> ''
    UNION SELECT 'ANY_ITEM', '', now() WHERE EXISTS (SELECT FROM changed);
    RETURN NULL;
END $$;

CREATE FUNCTION promotions_mark_retyped_item() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    {MARK} FROM (
        SELECT * FROM {OF_ITEMS.format(row="old")}
        EXCEPT SELECT * FROM {OF_ITEMS.format(row="new")}
    ) m WHERE m.name <> '';
    {MARK} FROM (
        SELECT * FROM {OF_ITEMS.format(row="new")}
        EXCEPT SELECT * FROM {OF_ITEMS.format(row="old")}
    ) m WHERE m.name <> '';
    RETURN NULL;
END $$;

CREATE FUNCTION promotions_mark_identifiers() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    {MARK} FROM (SELECT 'ITEM' AS kind, value AS name FROM changed) m;
    RETURN NULL;
END $$;

CREATE FUNCTION promotions_mark_moved_identifier() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    {MARK} FROM (VALUES ('ITEM', old.value), ('ITEM', new.value)) AS m(kind, name);
    RETURN NULL;
END $$;

CREATE FUNCTION promotions_mark_item_lists() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    {MARK} FROM (SELECT 'ITEM_LIST' AS kind, l.code AS name
                 FROM changed c JOIN promotions_itemlist l ON l.id = c.itemlist_id) m;
    RETURN NULL;
END $$;

CREATE FUNCTION promotions_mark_renamed_item_list() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    {MARK} FROM (VALUES ('ITEM_LIST', old.code), ('ITEM_LIST', new.code)) AS m(kind, name);
    RETURN NULL;
END $$;

CREATE FUNCTION promotions_mark_stores() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    {MARK} FROM (SELECT 'STORE' AS kind, store_code AS name FROM changed) m
    UNION SELECT 'ANY_STORE', '', now() WHERE EXISTS (SELECT FROM changed);
    RETURN NULL;
END $$;

CREATE FUNCTION promotions_mark_moved_store() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    {MARK} FROM (VALUES ('STORE', old.store_code), ('STORE', new.store_code), ('ANY_STORE', '')) AS m(kind, name);
    RETURN NULL;
END $$;

CREATE FUNCTION promotions_mark_store_groups() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    {MARK} FROM (SELECT 'STORE_GROUP' AS kind, g.code AS name
                 FROM changed c JOIN inventory_storegroup g ON g.id = c.storegroup_id) m;
    RETURN NULL;
END $$;

CREATE FUNCTION promotions_mark_moved_store_group() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    {MARK} FROM (SELECT 'STORE_GROUP' AS kind, unnest(ARRAY[old.code, new.code]) AS name
                 UNION ALL SELECT 'STORE_GROUP', code FROM inventory_storegroup
                 WHERE id IN (old.parent_id, new.parent_id)) m;
    RETURN NULL;
END $$;
"""  # noqa: S608

# Rows that come and go: table, function.
SETS = {
    "inventory_item": "promotions_mark_items",
    "inventory_itemidentifier": "promotions_mark_identifiers",
    "promotions_itemlist_items": "promotions_mark_item_lists",
    "inventory_store": "promotions_mark_stores",
    "inventory_storegroup_stores": "promotions_mark_store_groups",
}

# Rows that change: table, function, the columns that matter.
UPDATES = {
    "inventory_item": ("promotions_mark_retyped_item", ("sku", "brand", "product_type", "item_group_id")),
    "inventory_itemidentifier": ("promotions_mark_moved_identifier", ("value", "item_id")),
    "promotions_itemlist": ("promotions_mark_renamed_item_list", ("code",)),
    "inventory_store": ("promotions_mark_moved_store", ("store_code", "kind", "timezone", "currency")),
    "inventory_storegroup": ("promotions_mark_moved_store_group", ("code", "parent_id")),
}


def create() -> Iterator[str]:
    yield FUNCTIONS
    for table, function in SETS.items():
        for event, rows in (("INSERT", "NEW"), ("DELETE", "OLD")):
            yield f"""
CREATE TRIGGER promotions_mark_{event.lower()} AFTER {event} ON {table} REFERENCING {rows} TABLE AS changed
FOR EACH STATEMENT EXECUTE FUNCTION {function}();
"""
    for table, (function, columns) in UPDATES.items():
        old, new = (", ".join(f"{row}.{column}" for column in columns) for row in ("old", "new"))
        yield f"""
CREATE TRIGGER promotions_mark_update AFTER UPDATE OF {", ".join(columns)} ON {table}
FOR EACH ROW WHEN (({old}) IS DISTINCT FROM ({new})) EXECUTE FUNCTION {function}();
"""


def drop() -> Iterator[str]:
    for table in SETS:
        for event in ("insert", "delete"):
            yield f"DROP TRIGGER promotions_mark_{event} ON {table};\n"
    for table in UPDATES:
        yield f"DROP TRIGGER promotions_mark_update ON {table};\n"
    for function in (*SETS.values(), *(function for function, _columns in UPDATES.values())):
        yield f"DROP FUNCTION {function}();\n"


class Migration(migrations.Migration):
    dependencies = [("promotions", "0003_lifecycle_triggers")]
    operations = [migrations.RunSQL("".join(create()), "".join(drop()))]
