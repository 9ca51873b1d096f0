"""The language model of the settings as pydantic-ai knows it: made, bounded, and its failures put into sentences."""

from __future__ import annotations

import re

from pydantic_ai import Agent
from pydantic_ai import exceptions as ai
from pydantic_ai.models import Model, infer_model
from pydantic_ai.providers import Provider, infer_provider, infer_provider_class
from pydantic_ai.settings import ModelSettings
from pydantic_ai.usage import UsageLimits

from placet.errors import ModelFailed, PlacetError
from placet.settings import LanguageModel

_SAFE = "Nothing was stored; try again."


def build(settings: LanguageModel) -> Model:
    """The model, not yet connected; ModelFailed where the name is unknown, a key or a package is missing."""
    provider_name, _, model = settings.name.partition(":")
    if provider_name == "openai" and settings.url is not None:
        provider_name = "openai-chat"  # what others offer under OpenAI's name is chat completions

    def provider(name: str) -> Provider[object]:
        options = {"base_url": settings.url, "api_key": settings.key}
        given = {key: value for key, value in options.items() if value is not None}
        return infer_provider_class(name)(**given) if given else infer_provider(name)

    try:
        return infer_model(f"{provider_name}:{model}", provider)
    except ImportError as error:
        package = re.search(r"pip install [\"']?([^\"'`]+)", str(error))
        hint = f": pip install '{package[1]}'" if package else f": {error}"
        raise ModelFailed(f"{settings.name} needs a package that is not installed{hint}", code="model_set_up") from None
    except (ai.UserError, ValueError, TypeError, AssertionError) as error:
        why = str(error).split(" To try Pydantic AI")[0].split("\n")[0]
        raise ModelFailed(f"{settings.name} cannot be set up: {why}", code="model_set_up") from None


def bounds(settings: LanguageModel | None) -> tuple[ModelSettings, UsageLimits]:
    """What one request may take, and what one run may; the offline reader's are a bound on turns alone."""
    if settings is None:
        return ModelSettings(), UsageLimits(request_limit=8, tool_calls_limit=8)
    limits = UsageLimits(request_limit=10, tool_calls_limit=10, total_tokens_limit=settings.run_tokens)
    return ModelSettings(max_tokens=settings.answer_tokens, timeout=settings.seconds), limits


async def answers(settings: LanguageModel) -> str:
    """Ask the model for one word and give the name it goes by; ModelFailed where it does not answer."""
    model = build(settings)
    request, limits = bounds(settings)
    try:
        async with model:
            done = await Agent(model, output_type=str).run(
                "Answer with the one word: ready.",
                model_settings=request,
                usage_limits=limits,
                timeout=settings.seconds,
            )
    except Exception as error:
        known = failed(error, settings)
        if known is None:
            raise
        raise known from error
    return done.response.model_name or settings.name


def failed(error: BaseException, settings: LanguageModel | None) -> PlacetError | None:  # noqa: PLR0911 - one sentence a kind
    """What went wrong with a model, for a person; None where it was not the model."""
    if isinstance(error, PlacetError):
        return error
    seconds = settings.seconds if settings is not None else 0
    if isinstance(error, ai.RunTimedOut | ai.ModelTimeoutError | ai.ModelRequestTimeout | TimeoutError):
        return ModelFailed(f"The language model did not finish within {seconds} s. {_SAFE}", code="model_timeout")
    if isinstance(error, ai.ModelRateLimitError | ai.ModelQuotaExceededError):
        return ModelFailed(f"The language model takes no more requests for now. {_SAFE}", code="model_rate_limited")
    if isinstance(error, ai.ModelAuthenticationError | ai.ModelNotFoundError):
        return ModelFailed(
            "The language model refused the key, or there is no such model. `placet doctor` says what is set up.",
            code="model_refused",
        )
    if isinstance(error, ai.ModelContextWindowExceededError):
        return ModelFailed("This is more than the language model can read at once.", code="model_limit")
    if isinstance(error, ai.UsageLimitExceeded | ai.OutputTokenLimitExceeded):
        return ModelFailed(f"The language model used up what it may spend on one run. {_SAFE}", code="model_limit")
    if isinstance(error, ai.UnexpectedModelBehavior):
        return ModelFailed(f"The language model's answer made no sense. {_SAFE}", code="model_unintelligible")
    if isinstance(error, ai.ModelAPIError):
        status = f" ({error.status_code})" if isinstance(error, ai.ModelHTTPError) else ""
        return ModelFailed(f"The language model could not be asked{status}. {_SAFE}", code="model_away")
    if isinstance(error, ai.AgentRunError | ai.UserError):
        return ModelFailed(f"The language model failed. {_SAFE}", code="model_failed")
    return None
