"""Numbers as people read them: significant digits, commas between thousands, a true minus sign, shares as percents."""

import math
from collections.abc import Callable

_PLAIN = 1e-4, 1e7  # between these a number is written out; beyond, with a power of ten
_LEAST = 1e-9  # that a share lacks to 1: where it is less, it is said to be more than that
_THIN = "\u202f"  # narrow no-break space
_MOST_DIGITS = 9
_RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def number(value: float, digits: int = 3) -> str:
    """So many significant digits: ``"1,230"``, ``"−0.0457"``, ``"2.3·10⁻⁹"``."""
    if not math.isfinite(value):
        return "NaN" if math.isnan(value) else "∞" if value > 0 else "−∞"
    rounded = float(f"{value:.{digits}g}") + 0.0  # never −0
    if rounded == 0 or _PLAIN[0] <= abs(rounded) < _PLAIN[1]:
        return _with_minus(f"{rounded:,.{_decimals(rounded, digits)}f}", strip=True)
    mantissa, exponent = f"{rounded:.{digits - 1}e}".split("e")
    return f"{_with_minus(mantissa, strip=True)}·10{str(int(exponent)).translate(_RAISED)}"


def fixed(value: float, decimals: int = 3) -> str:
    """So many decimals, or three significant digits where that shows more: ``"1.014"``, ``"−0.500"``, ``"0.00074"``."""
    if not math.isfinite(value) or 0 < abs(value) < 10.0 ** (1 - decimals):
        return number(value, 3)
    return _with_minus(f"{value + 0.0:,.{decimals}f}", strip=False)


def probability(share: float, digits: int = 2) -> str:
    """A number from 0 to 1 with as many decimals as tell it from both ends: ``"0.953"``, ``"0.000074"``."""
    return f"{share:.{max(3, decimals_of(share, digits))}f}"


def percent(share: float, digits: int = 2) -> str:
    """A share, told from 0 and from 1 where it is neither: ``"24 %"``, ``"0.0074 %"``, ``"99.998 %"``."""
    if 0 < 1 - share < _LEAST:
        return f"> {100 * (1 - _LEAST):.7f}{_THIN}%"
    if not 0 < share < 1 or share < 0.1:
        return f"{number(100 * share, digits)}{_THIN}%"
    return f"{100 * share:.{max(0, decimals_of(share, digits) - 2)}f}{_THIN}%"


def apart(write: Callable[[float, int], str], before: float, after: float, digits: int) -> tuple[str, str]:
    """Both numbers, written with as many more digits as it takes to tell them apart."""
    while digits < _MOST_DIGITS and before != after and write(before, digits) == write(after, digits):
        digits += 1
    return write(before, digits), write(after, digits)


def decimals_of(share: float, digits: int = 2) -> int:
    """Decimals that show so many significant digits of a share, or one less of what it lacks to 1."""
    if not 0 < share < 1:
        return 0
    if share <= 0.5:
        return _decimals(float(f"{share:.{digits}g}"), digits)
    return _decimals(float(f"{max(1 - share, _LEAST):.{digits - 1}g}"), digits - 1)


def _decimals(value: float, digits: int) -> int:
    return max(0, digits - 1 - math.floor(math.log10(abs(value)))) if value else 0


def _with_minus(text: str, strip: bool) -> str:
    text = text.rstrip("0").rstrip(".") if strip and "." in text else text
    return text.replace("-", "−")
