from django.apps import apps
from django.db.migrations.autodetector import MigrationAutodetector
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.state import ProjectState


def test_migrations_make_what_the_models_say() -> None:
    loader = MigrationLoader(None)
    changes = MigrationAutodetector(loader.project_state(), ProjectState.from_apps(apps)).changes(loader.graph)
    ours = {config.label for config in apps.get_app_configs() if config.name.startswith("djmixersoft.")}
    assert {label: [str(one) for one in made] for label, made in changes.items() if label in ours} == {}
