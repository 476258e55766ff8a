"""The frozen first step and today's models are the same tables."""

from fotfeste_server.anonymous import models, schema


def shape(model):
    fields = model._meta.sorted_fields
    columns = [(f.name, f.column_name, type(f).__name__, f.null, f.index, f.unique, f.primary_key) for f in fields]
    return model.__name__, columns, model._meta.indexes, model._meta.without_rowid


def test_migrated_tables_are_the_declared_ones():
    assert [shape(model) for model in schema.STEP_1] == [shape(model) for model in models.MODELS]


def test_no_table_of_answers_keeps_a_time_or_an_order():
    kept = {model.__name__: {f.name for f in model._meta.sorted_fields} for model in models.MODELS}

    assert kept["Inbox"] == {"id", "window", "place", "wave", "form", "version", "receipt_hash", "box"}
    assert all(model._meta.primary_key.name == "id" for model in models.MODELS)
    kinds = {type(field).__name__ for model in models.MODELS for field in model._meta.sorted_fields}
    assert not kinds & {"MomentField", "AutoField", "BigAutoField", "DateTimeField"}
