"""How much waits for a group, and how many dead letters for somebody to look at them: told alike by each broker."""

import asyncio

from chassis.broker import Message, Outgoing, Transient
from tests.contract.stages import PATIENCE, QUICK, Recorder, Stage, events


async def test_what_waits_is_told_until_it_is_done(stage: Stage) -> None:
    topic, away = stage.topic(), asyncio.Event()

    def not_yet(message: Message) -> None:
        if message.value == b"poison":
            raise ValueError
        if not away.is_set():
            raise Transient

    broker, held, quick = stage.broker(), Recorder(not_yet), Recorder()
    broker.subscribe(stage.readers, [topic], held, retry=QUICK)
    broker.subscribe(stage.others, [topic], quick)
    await broker.start()
    await broker.publish([*events(topic, 20), Outgoing(topic, "bad", b"poison")])
    await quick.until_given(21)

    async def until(lag: int, letters: int) -> None:
        async with asyncio.timeout(PATIENCE):
            while True:
                found = await broker.standing()
                if (found.lags[stage.others, topic], found.lags[stage.readers, topic]) == (0, lag):
                    break
                await asyncio.sleep(0.02)
        assert found.dead_letters == {topic: letters}
        assert set(found.lags) == {(stage.readers, topic), (stage.others, topic)}

    await until(lag=21, letters=0)
    away.set()
    await until(lag=0, letters=1)
    assert await broker.replay(topic) == 1
    await until(lag=0, letters=1)  # nobody can take it in this time either
