"""P3, short form: who in a block gave which answer changes no byte of what is told."""

from random import Random

from fotfeste_server.anonymous.disclosure import Cell, Shape, blocks_of
from fotfeste_shared.forms import canonical

SHAPES = (
    Shape("ordinal", points=(1, 2, 3, 4, 5)),
    Shape("nominal", codes=("a", "b", "c")),
    Shape("multiple", codes=("a", "b", "none"), alone=("none",)),
    Shape("binned", points=(0, 1, 3, 6)),
)
DRAW = {
    "ordinal": lambda chance: chance.randint(1, 5),
    "nominal": lambda chance: chance.choice("abc"),
    "multiple": lambda chance: chance.choice([["a"], ["a", "b"], ["b"], ["none"]]),
    "binned": lambda chance: chance.randint(0, 12),
}


def _world(chance):
    cells = {}
    for number, shape in enumerate(SHAPES):
        for place in ("5001", "5006", "5007"):
            cell = Cell("nyansatt", f"q{number}", "m3", place, shape)
            cells[cell] = [DRAW[shape.kind](chance) for _ in range(chance.randint(3, 14))]
    return cells


def _bytes(cells):
    told = blocks_of(cells, 1, Random(7).random)
    return canonical([[t.cell.question, t.cell.place, t.n, t.counts] for t in told])


def test_exchanging_answers_inside_blocks_changes_no_byte():
    chance, differences = Random(1), 0
    for _ in range(30):
        cells = _world(chance)
        before = _bytes(cells)
        for _ in range(40):
            order = chance.sample(list(cells), len(cells))
            shuffled = {cell: chance.sample(cells[cell], len(cells[cell])) for cell in order}
            differences += _bytes(shuffled) != before

    assert differences == 0


def test_a_real_change_can_be_seen():
    """The control: the bytes do follow the answers."""
    chance, seen = Random(2), 0
    for _ in range(50):
        cells = _world(chance)
        before = _bytes(cells)
        cell = next(cell for cell in cells if len(cells[cell]) >= 8)
        cells[cell] = [DRAW[cell.shape.kind](chance) for _ in cells[cell]]
        seen += _bytes(cells) != before

    assert seen > 25
