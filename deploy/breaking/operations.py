"""Paths, parameters, bodies, answers and rights. Schemas are `deploy.breaking.schemas`' part."""

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Any

from deploy.breaking.schemas import NULL, Comparison, received, sent

Part = Mapping[str, Any]

NOTICE = timedelta(days=180)
NOTHING: Part = {}
FORMS = ("multipart/form-data", "application/x-www-form-urlencoded")


def breaking_changes(old: Part, new: Part, today: date) -> list[str]:
    """In words, in the order of the old document. What was deprecated may go once its `x-sunset` is past."""
    return [*_operations(old, new, today), *_security_schemes(old, new)]


def _operations(old: Part, new: Part, today: date) -> Iterator[str]:
    compare = Comparison(old.get("components", NOTHING), new.get("components", NOTHING))
    for path, item in old.get("paths", NOTHING).items():
        for method, was in item.items():
            here, now = f"{method.upper()} {path}", new.get("paths", NOTHING).get(path, NOTHING).get(method)
            if now is not None:
                yield from (f"{here}: {each}" for each in _operation(compare, was, now, old, new, today))
            elif not _is_over(was, today):
                yield f"{here} is gone"


def _is_over(operation: Part, today: date) -> bool:
    sunset: str = operation.get("x-sunset", "")
    return bool(operation.get("deprecated") and sunset) and date.fromisoformat(sunset) <= today


def _operation(compare: Comparison, was: Part, now: Part, old: Part, new: Part, today: date) -> Iterator[str]:
    yield from _sunset(was, now, today)
    yield from _parameters(compare, was, now)
    yield from _request(compare, was.get("requestBody", NOTHING), now.get("requestBody", NOTHING))
    yield from _responses(compare, was["responses"], now["responses"])
    yield from _rights(was.get("security", old.get("security", [])), now.get("security", new.get("security", [])))


def _sunset(was: Part, now: Part, today: date) -> Iterator[str]:
    before, after = was.get("x-sunset"), now.get("x-sunset")
    if after is None or after == before:
        return
    if date.fromisoformat(after) < (date.fromisoformat(before) if before else today + NOTICE):
        yield f"the sunset {after} leaves less than {NOTICE.days} days' notice"


def _parameters(compare: Comparison, was: Part, now: Part) -> Iterator[str]:
    known, declared = _by_name(was), _by_name(now)
    for key, parameter in known.items():
        if key not in declared:
            yield f"the {' parameter '.join(key)} is gone"
            continue
        yield from sent(compare, _sendable(parameter["schema"]), declared[key]["schema"], f"parameter {key[1]}")
    for key, parameter in declared.items():
        if parameter.get("required") and not known.get(key, NOTHING).get("required"):
            yield f"the {' parameter '.join(key)} is required now"


def _sendable(schema: Part) -> Part:
    """Without null, for which a parameter has no spelling."""
    return {**schema, "anyOf": [each for each in schema["anyOf"] if each != NULL]} if "anyOf" in schema else schema


def _by_name(operation: Part) -> dict[tuple[str, str], Part]:
    """Names of headers have no case."""
    found = operation.get("parameters", ())
    return {(each["in"], each["name"].lower() if each["in"] == "header" else each["name"]): each for each in found}


def _request(compare: Comparison, was: Part, now: Part) -> Iterator[str]:
    if now.get("required") and not was.get("required"):
        yield "a body is required now"
    for kind, media in was.get("content", NOTHING).items():
        if kind not in now.get("content", NOTHING):
            yield f"no body of {kind} is taken any more"
            continue
        schema = media.get("schema", NOTHING)
        before = _form(compare, schema) if kind in FORMS else schema
        yield from sent(compare, before, now["content"][kind].get("schema", NOTHING), "body")


def _form(compare: Comparison, schema: Part) -> Part:
    """Its fields are text, as parameters are."""
    form = compare.old_part(schema)
    if "oneOf" in form:
        return {**form, "oneOf": [_form(compare, each) for each in form["oneOf"]]}
    return {**form, "properties": {name: _sendable(each) for name, each in form.get("properties", NOTHING).items()}}


def _responses(compare: Comparison, was: Part, now: Part) -> Iterator[str]:
    for status, response in was.items():
        if status not in now:
            yield f"the status {status} is gone"
            continue
        before, after = compare.old_part(response), compare.new_part(now[status])
        yield from (f"{status}: the header {name} is gone" for name in _gone("headers", before, after))
        yield from (f"{status}: {kind} is gone" for kind in _gone("content", before, after))
        for kind, media in before.get("content", NOTHING).items():
            if kind in after.get("content", NOTHING):
                schemas = media.get("schema", NOTHING), after["content"][kind].get("schema", NOTHING)
                yield from received(compare, *schemas, f"{status} body")


def _gone(part: str, was: Part, now: Part) -> list[str]:
    return [name for name in was.get(part, NOTHING) if name not in now.get(part, NOTHING)]


def _rights(was: list[Part], now: list[Part]) -> Iterator[str]:
    """Each alternative that was enough must be enough still."""
    for alternative in was or [NOTHING]:
        if not any(_asks_no_more(each, alternative) for each in now or [NOTHING]):
            yield f"{_names(alternative)} is not enough any more"


def _asks_no_more(now: Part, was: Part) -> bool:
    return all(name in was and set(scopes) <= set(was[name]) for name, scopes in now.items())


def _names(alternative: Part) -> str:
    return " and ".join(f"{name} {' '.join(scopes)}".strip() for name, scopes in alternative.items()) or "no credential"


def _security_schemes(old: Part, new: Part) -> Iterator[str]:
    declared = new.get("components", NOTHING).get("securitySchemes", NOTHING)
    for name, scheme in old.get("components", NOTHING).get("securitySchemes", NOTHING).items():
        if name not in declared:
            yield f"the security scheme {name} is gone"
        elif any(scheme.get(key) != declared[name].get(key) for key in ("type", "scheme", "in", "name")):
            yield f"the security scheme {name} is another one"
