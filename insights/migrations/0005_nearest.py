"""The index that finds the nearest embeddings, made while people go on writing."""

import pgvector.django.indexes
from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("insights", "0004_reviewing")]

    operations = [
        AddIndexConcurrently(
            model_name="embedding",
            index=pgvector.django.indexes.HnswIndex(
                fields=["vector"], name="embedding_nearest", opclasses=["vector_cosine_ops"]
            ),
        ),
    ]
