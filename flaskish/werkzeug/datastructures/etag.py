"""The set of ETags in ``If-Match`` and ``If-None-Match``.

Werkzeug: ``ETags``. Django: ``django.utils.http.parse_etags``.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator


class ETags(Collection[str]):
    """ETags, strong and weak.

    :param strong_etags: The strong ones.
    :param weak_etags: The weak ones.
    :param star_tag: Whether it is ``*``, which stands for all.
    """

    def __init__(
        self,
        strong_etags: Iterable[str] | None = None,
        weak_etags: Iterable[str] | None = None,
        star_tag: bool = False,
    ) -> None:
        self._strong = frozenset(() if star_tag else strong_etags or ())
        self._weak = frozenset(weak_etags or ())
        self.star_tag = star_tag

    def as_set(self, include_weak: bool = False) -> set[str]:
        """Return a plain set.

        :param include_weak: Whether the weak ones are in it.
        """
        return {*self._strong, *(self._weak if include_weak else ())}

    def is_weak(self, etag: str) -> bool:
        """Tell whether a tag is one of the weak ones."""
        return etag in self._weak

    def is_strong(self, etag: str) -> bool:
        """Tell whether a tag is one of the strong ones."""
        return etag in self._strong

    def contains(self, etag: str) -> bool:
        """Tell whether a tag matches strongly."""
        return self.star_tag or self.is_strong(etag)

    def contains_weak(self, etag: str) -> bool:
        """Tell whether a tag matches weakly."""
        return self.is_weak(etag) or self.contains(etag)

    def contains_raw(self, etag: str) -> bool:
        """Tell whether a tag matches, given as it is written in a header."""
        from ..http import unquote_etag

        tag, is_weak = unquote_etag(etag)
        return self.contains_weak(tag) if is_weak else self.contains(tag)

    def to_header(self) -> str:
        """Return the header."""
        if self.star_tag:
            return "*"
        strong = [f'"{tag}"' for tag in self._strong]
        weak = [f'W/"{tag}"' for tag in self._weak]
        return ", ".join(strong + weak)

    def __call__(
        self,
        etag: str | None = None,
        data: bytes | None = None,
        include_weak: bool = False,
    ) -> bool:
        """Tell whether a tag, or that of contents, is one of these.

        :raises TypeError: Neither was given.
        """
        if etag is None:
            if data is None:
                raise TypeError("'data' is required when 'etag' is not given.")
            from ..http import generate_etag

            etag = generate_etag(data)
        return etag in self._strong or (include_weak and etag in self._weak)

    def __bool__(self) -> bool:
        return bool(self.star_tag or self._strong or self._weak)

    def __len__(self) -> int:
        return len(self._strong)

    def __iter__(self) -> Iterator[str]:
        return iter(self._strong)

    def __contains__(self, etag: object) -> bool:
        return self.contains(etag)  # type: ignore[arg-type]

    def __str__(self) -> str:
        return self.to_header()

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {str(self)!r}>"
