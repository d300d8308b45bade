"""Vibrations of a string between two fixed ends: the one-dimensional wave equation by the leapfrog scheme."""

import math

MAX_POINTS = 5_000
MAX_UPDATES = 3_000_000


class WrongInput(Exception):
    """What a caller asked for cannot be computed; `member` names the part that is wrong."""

    def __init__(self, member, reason):
        super().__init__(f"{member} {reason}")
        self.member = member
        self.reason = reason


def simulate(body):
    """Lets a string of length 1 m swing from its `mode`-th shape for `periods`; answers its shape and how exact that is.

    The exact solution is sin(mode pi x) cos(mode pi c t): after whole periods the string is back where it began.
    """
    points = _integer(body, "points", 200, 8, MAX_POINTS)
    mode = _integer(body, "mode", 1, 1, points // 8 + 1)
    speed = _number(body, "speedMetresPerSecond", 100.0, 1e-3, 1e6)
    periods = _number(body, "periods", 1.0, 0.0, 1000.0)
    courant = _number(body, "courant", 0.5, 0.01, 1.0)

    duration = periods * 2.0 / (mode * speed)
    steps = max(1, math.ceil(duration * speed * points / courant))
    if steps * points > MAX_UPDATES:
        raise WrongInput("periods", f"would take {steps * points} updates, at most {MAX_UPDATES} are done")
    step_seconds = duration / steps
    ratio = (step_seconds * speed * points) ** 2

    shape = [math.sin(mode * math.pi * index / points) for index in range(points + 1)]
    shape[0] = shape[points] = 0.0
    displacement = _swing(shape, ratio, steps)
    exact = math.cos(mode * math.pi * speed * duration)
    error = max(abs(now - exact * start) for now, start in zip(displacement, shape))
    return {
        "displacement": displacement,
        "steps": steps,
        "stepSeconds": step_seconds,
        "frequencyHertz": mode * speed / 2.0,
        "largestError": error,
    }


def _swing(shape, ratio, steps):
    """The string after `steps` steps from rest; the first step is the half one that a start from rest needs."""
    inner = range(1, len(shape) - 1)
    before, now = shape, shape[:]
    for index in inner:
        now[index] = shape[index] + 0.5 * ratio * (shape[index + 1] - 2.0 * shape[index] + shape[index - 1])
    for _ in range(steps - 1):
        after = now[:]
        for index in inner:
            after[index] = 2.0 * now[index] - before[index] + ratio * (now[index + 1] - 2.0 * now[index] + now[index - 1])
        before, now = now, after
    return now


def _integer(body, member, default, low, high):
    value = body.get(member, default)
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        raise WrongInput(member, f"must be a whole number from {low} to {high}")
    return value


def _number(body, member, default, low, high):
    value = body.get(member, default)
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not low <= value <= high:
        raise WrongInput(member, f"must be a number from {low} to {high}")
    return float(value)
