"""咨询: published articles, chosen by key and read out."""

from __future__ import annotations

from ivr.flows.listener import BackWanted, Listener, Question
from ivr.flows.model import Articles
from ivr.flows.ports import SpokenArticle, World

#: One key each.
MOST = 9
PROMPTS = ("articles-intro", "articles-press", "articles-after", "articles-none")


async def tell(action: Articles, listener: Listener, world: World) -> str:
    """The step that follows.

    Raises:
        PersonWanted, BackWanted
    """
    offered = {str(key): article for key, article in enumerate(world.articles[:MOST], start=1)}
    if not offered:
        listener.say("articles-none")
        return action.otherwise
    while True:
        menu = Question(_titles(offered, listener.language, world), offered, world.digit_wait_s, rounds=2)
        key = await listener.choose(menu)
        if not key:
            return action.otherwise
        sound = f"{offered[key].sound}/{listener.language}"
        try:
            await listener.choose(Question((sound, "articles-after"), (), world.digit_wait_s))
        except BackWanted:
            continue
        return action.next


def _titles(offered: dict[str, SpokenArticle], language: str, world: World) -> tuple[str, ...]:
    sounds = ["articles-intro"]
    for key, article in offered.items():
        sounds += [f"{article.title_sound}/{language}", "articles-press", *world.speech.digits(language, key)]
    return tuple(sounds)
