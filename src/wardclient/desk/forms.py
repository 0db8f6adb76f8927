"""Forms in progress: what is being typed is kept, encrypted, at every change."""

from wardclient.desk.place import Acts
from wardclient.desk.rows import Values
from wardclient.desk.writing import plain


class FormActs(Acts):
    """Autosave. A crash, a lock or a closed window loses nothing."""

    def save_form(self, form_id: str, fields: Values) -> None:
        """Keep what is being typed."""
        kept = {name: plain(value) for name, value in fields.items()}
        self._do(lambda: self.place.store.save_form(form_id, kept))

    def load_form(self, form_id: str) -> Values:
        """Return what was being typed, empty if nothing."""
        return self._do(lambda: self.place.store.load_form(form_id))

    def drop_form(self, form_id: str) -> None:
        """Forget a form that was saved or abandoned."""
        self._do(lambda: self.place.store.drop_form(form_id))
