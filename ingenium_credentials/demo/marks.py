"""What the demonstration shows in place of logos, and the emblem of the European Union.

No university's logo is part of this package: each figure is our own, and says that it is
none. The emblem is drawn from its published geometry; a site that is not co-funded does
not show it.
"""

from __future__ import annotations

import re
from math import cos, pi, sin

from ..typesetting import compiled

__all__ = ["EMBLEM_ALT", "EMBLEM_STATEMENT", "FIGURES", "MARK_ALT", "emblem_svg", "mark_svg"]

MARK_ALT = {
    "en": "Demonstration mark of {name}; it is not its logo",
    "es": "Marca de demostración de {name}; no es su logotipo",
    "ro": "Semn de demonstrație pentru {name}; nu este sigla sa",
    "it": "Segno dimostrativo di {name}; non è il suo logo",
    "de": "Demonstrationszeichen für {name}; es ist nicht ihr Logo",
    "bg": "Демонстрационен знак на {name}; това не е логото му",
    "ga": "Marc taispeántais de chuid {name}; ní hé a lógó é",
    "fi": "{name}: esittelymerkki, ei organisaation logo",
    "el": "Σήμα επίδειξης: {name}· δεν είναι το λογότυπό του",
    "fr": "Marque de démonstration : {name} ; ce n’est pas son logo",
    "sv": "Demonstrationsmärke för {name}; det är inte dess logotyp",
}
EMBLEM_ALT = {
    "en": "Flag of Europe: twelve gold stars in a circle on blue",
    "es": "Bandera europea: doce estrellas doradas en círculo sobre azul",
    "ro": "Drapelul european: douăsprezece stele aurii în cerc pe albastru",
    "it": "Bandiera europea: dodici stelle d’oro in cerchio su azzurro",
    "de": "Europaflagge: zwölf goldene Sterne im Kreis auf Blau",
    "bg": "Знаме на Европа: дванадесет златни звезди в кръг на син фон",
    "ga": "Bratach na hEorpa: dhá réalta dhéag órga i gciorcal ar ghorm",
    "fi": "Euroopan lippu: kaksitoista kultaista tähteä ympyrässä sinisellä pohjalla",
    "el": "Σημαία της Ευρώπης: δώδεκα χρυσά αστέρια σε κύκλο σε μπλε φόντο",
    "fr": "Drapeau européen : douze étoiles d’or en cercle sur fond bleu",
    "sv": "Europaflaggan: tolv guldstjärnor i en cirkel på blå botten",
}
EMBLEM_STATEMENT = {
    "en": "Co-funded by the European Union",
    "es": "Cofinanciado por la Unión Europea",
    "ro": "Cofinanțat de Uniunea Europeană",
    "it": "Cofinanziato dall’Unione europea",
    "de": "Kofinanziert von der Europäischen Union",
    "bg": "Съфинансирано от Европейския съюз",
    "ga": "Arna chomhchistiú ag an Aontas Eorpach",
    "fi": "Euroopan unionin osarahoittama",
    "el": "Με τη συγχρηματοδότηση της Ευρωπαϊκής Ένωσης",
    "fr": "Cofinancé par l’Union européenne",
    "sv": "Medfinansieras av Europeiska unionen",
}
"""The statement that has to stand beside the emblem, as the Commission publishes it."""

FIGURES = {
    "ingenium": ("circle-of-ten", "#123c69"),
    "uniovi": ("peaks", "#1f5f8b"),
    "tuiasi": ("hexagons", "#5b2a86"),
    "uda": ("arches", "#8a3b12"),
    "hka": ("rays", "#b01030"),
    "mus": ("petals", "#0b6e4f"),
    "mtu": ("waves", "#00566b"),
    "xamk": ("firs", "#2f6b1f"),
    "uoc": ("sun", "#9a4d00"),
    "urn": ("sails", "#7a1f5c"),
    "his": ("nodes", "#34408c"),
}
"""Short name of an organisation to its invented figure and colour."""

_FINE = re.compile(r"-?\d+\.\d{3,}")
_HEIGHT = 540.0
_BLUE, _GOLD = "#003399", "#ffcc00"


def mark_svg(*, figure: str, abbreviation: str, colour: str) -> bytes:
    """A mark of the demonstration that says that it is one; its letters are shapes."""
    drawing = compiled(
        "demonstration_mark.typ",
        {"figure": figure, "abbreviation": abbreviation, "colour": colour},
        form="svg",
    )
    # It goes into every credential: a hundredth of a point is finer than anybody sees.
    return _FINE.sub(
        lambda number: f"{float(number[0]):.2f}".rstrip("0").rstrip("."), drawing.decode()
    ).encode()


def emblem_svg() -> bytes:
    """The emblem of the European Union.

    A rectangle of 3 to 2; twelve upright stars of five points with their centres as the hours
    on a clock, on a circle of a third of the height; each in a circle of an eighteenth of it.
    """
    width = _HEIGHT * 3 / 2
    hours = (pi / 6 * hour for hour in range(12))
    ring = _HEIGHT / 3
    stars = "".join(
        f'<path d="{_star(width / 2 + ring * sin(hour), _HEIGHT / 2 - ring * cos(hour), _HEIGHT / 18)}"/>'
        for hour in hours
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {_HEIGHT:g}">'
        f'<rect width="{width:g}" height="{_HEIGHT:g}" fill="{_BLUE}"/><g fill="{_GOLD}">{stars}</g></svg>'
    ).encode()


def _star(x: float, y: float, radius: float) -> str:
    """Every second point of a pentagon after the other: the lines cross to a filled star."""
    points = (
        (x + radius * sin(4 * pi / 5 * corner), y - radius * cos(4 * pi / 5 * corner)) for corner in range(5)
    )
    return "M" + "L".join(f"{px:.2f} {py:.2f}" for px, py in points) + "Z"
