"""«Hva ser lederen min?»: the real view of a respondent's own municipality, drawn from released blocks only."""

from fotfeste_shared.forms import shipped
from fotfeste_shared.web.surveying import Promised, Shown, make_seen
from fotfeste_shared.wording import Language

from ..anonymous.crossing import halved, registered
from ..anonymous.invitations import EVERYWHERE, place_of_link
from ..anonymous.releases import path_of
from ..named.models import Network
from ..promising import promise_of
from ..results import screen, words
from ..results.reading import Reach, source
from ..results.released import read_released
from . import service


def what_is_seen(token: str, network_id: str, language: Language) -> str:
    """Make the page: the same figures that the results page shows, for the place of this link."""
    place = place_of_link(token)
    network = Network.get_or_none(Network.id == network_id)
    shown: list[Shown] = []
    if network is not None:
        everywhere = place == EVERYWHERE
        reach = Reach(whole=everywhere, places=() if everywhere else (place,))
        released = read_released(path_of(service().config.releases, network_id))
        seen = source(network, reach, released, shipped())
        if released.windows:
            cards = screen.headlines(seen, language, place="" if everywhere else place, window="")
            shown = [
                Shown(card.title, card.value) if card.hidden else Shown(card.title, card.value, card.about, card.sure)
                for card in cards
            ]
    return make_seen(language, words.place(place, language), shown, _promised(network_id))


def _promised(network: str) -> Promised:
    rule, asked = promise_of(network), registered(network)
    epsilon = halved(sum(each.halves for each in asked))
    return Promised(rule.smallest, rule.colluders, len(asked), epsilon)
