"""The default model's training kit: data, networks, training, export, evaluation. See ../README.md."""
