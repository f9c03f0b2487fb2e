"""Walks a caller through a flow. Pure: everything it does goes through the ports."""

from __future__ import annotations

from collections.abc import Sequence

from ivr.flows import model as m
from ivr.flows.listener import BackWanted, Listener, PersonWanted, Question
from ivr.flows.ports import Call, CallerHungUpError, World
from ivr.flows.services import articles, progress, visit

__all__ = ["MAX_STEPS", "Call", "CallerHungUpError", "run"]

#: A caller who keeps going round is given a person after this many steps.
MAX_STEPS = 30
#: Key that calls the duty phone of an emergency at once.
FORWARD_KEY = "1"


async def run(flow: m.Flow, call: Call, world: World, first: Sequence[str] = ()) -> m.Terminal:
    """Walk `flow` to its end.

    Args:
        first: sounds to be heard before it.

    Raises:
        CallerHungUpError
    """
    walk = _Walk(flow, call, world)
    walk.listener.say(*first)
    here = flow.start
    for _ in range(MAX_STEPS):
        await call.enter(here)
        try:
            reached = await walk.step(flow.steps[here])
            if not isinstance(reached, str):
                await walk.listener.flush()
                return reached
            here = reached
        except BackWanted:
            here = walk.back(here)
        except PersonWanted:
            here = flow.person
            walk.listener.forget()
    return flow.to_person(walk.listener.language)


class _Walk:
    """One caller's way, with the menus behind."""

    def __init__(self, flow: m.Flow, call: Call, world: World) -> None:
        self._flow, self._call, self._world = flow, call, world
        self.listener = Listener(call, world.digit_wait_s)
        self._menus: list[str] = []

    def back(self, here: str) -> str:
        """The menu before the step `here`; a person when there is none."""
        while self._menus:
            menu = self._menus.pop()
            if menu != here:
                return menu
        return self._flow.person

    async def step(self, step: m.Step) -> str | m.Terminal:
        """The step that follows, or how the flow ends.

        Raises:
            PersonWanted, BackWanted: the caller pressed 0 or #.
        """
        match step.action:
            case m.Menu() as menu:
                return await self._menu(step.id, menu)
            case m.Say(play, following):
                self.listener.say(*play)
                return following
            case m.Queue() as queue:
                return queue.terminal(self.listener.language)
            case m.Language(language, following):
                await self.listener.switch(language)
                return following
            case m.Confidential(play, following):
                await self._call.mark("confidential")
                self.listener.say(*play)
                return following
            case m.Emergency() as emergency:
                return await self._emergency(emergency)
            case m.Forward(play, name, queue):
                self.listener.say(*play)
                return self._forward(name, queue)
            case m.Progress() as action:
                return await progress.tell(action, self.listener, self._world)
            case m.Articles() as action:
                return await articles.tell(action, self.listener, self._world)
            case m.Visit() as action:
                return await visit.take(action, self.listener, self._world)
            case m.ToMessage() | m.ToGoodbye() as end:
                return end

    async def _menu(self, step_id: str, menu: m.Menu) -> str:
        if step_id in self._menus:
            del self._menus[self._menus.index(step_id) :]
        self._menus.append(step_id)
        wait_s = self._world.menu_wait_s if menu.wait_s is None else menu.wait_s
        key = await self.listener.choose(
            Question(menu.play, menu.keys, wait_s, menu.wrong_key, menu.tries, menu.rounds)
        )
        return menu.keys[key] if key else menu.otherwise

    async def _emergency(self, action: m.Emergency) -> m.Terminal:
        """Whatever the caller presses or does not press here leads to somebody who can help."""
        await self._call.mark("emergency")
        queue = action.queue.terminal(self.listener.language)
        has_duty_phone = action.forward in self._world.forwards
        offer, keys = (("emergency-forward",), (FORWARD_KEY,)) if has_duty_phone else ((), ())
        wait_s = self._world.menu_wait_s if has_duty_phone else 0
        try:
            key = await self.listener.choose(Question((*action.play, *offer), keys, wait_s, tries=1))
        except PersonWanted:
            return queue
        return self._forward(action.forward, action.queue) if key == FORWARD_KEY else queue

    def _forward(self, name: str, queue: m.Queue) -> m.Terminal:
        waiting = queue.terminal(self.listener.language)
        known = name in self._world.forwards
        return m.ToForward(name, waiting.queue, waiting.priority) if known else waiting
