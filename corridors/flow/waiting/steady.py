"""The steady wait of a place where arrivals and service vary: closed forms.

Customers are vehicles, trains or ships; amounts are in any unit, `lot` of which come as one
customer. The wait is that of Allen and Cunneen (Allen 1990), which is exact for one server
where arrivals are Poisson (Pollaczek and Khinchine) and takes Sakasegawa's (1977) closed form
of the wait of M/M/c where there are more; the same as Whitt (1993) has it, without his
corrections; in heavy traffic that of Kingman (1961).

References
----------
- A. O. Allen, "Probability, Statistics, and Queueing Theory", 2nd ed., Academic Press (1990)
- W. Whitt, "Approximations for the GI/G/m queue", Production and Operations Management 2 (1993)
- H. Sakasegawa, "An approximation formula L_q = alpha rho^beta / (1 - rho)", Annals of the
  Institute of Statistical Mathematics 29 (1977)
- J. F. C. Kingman, "The single server queue in heavy traffic", Proceedings of the Cambridge
  Philosophical Society 57 (1961)
"""

from __future__ import annotations

import math


def exponent_of(servers: float) -> float:
    """Return the power of the use with which waits rise: sqrt(2 (c + 1)) - 1, 1 for one server."""
    return math.sqrt(2.0 * (servers + 1.0)) - 1.0


def spread_of(cv_arrivals: float, cv_service: float, lot: float = 1.0) -> float:
    """Return half the sum of the squared coefficients of variation, in units of the amounts.

    Parameters
    ----------
    cv_arrivals, cv_service
        Standard deviation over mean of the time between two customers, and of the time that
        one is served.
    lot
        Units that come as one customer.
    """
    return 0.5 * (cv_arrivals**2 + cv_service**2) * lot


def steady_wait(
    arrivals: float,
    rate: float,
    cv_arrivals: float = 1.0,
    cv_service: float = 1.0,
    servers: float = 1.0,
    lot: float = 1.0,
) -> float:
    """Return the mean wait before service of a queue that has settled, in days.

    W = (cv_a^2 + cv_s^2) / 2 . use^(sqrt(2 (c + 1)) - 1) / (c (1 - use)) . service time, where the
    service time is ``servers * lot / rate``.

    Parameters
    ----------
    arrivals, rate
        Units that come and that can be served in a day.
    cv_arrivals, cv_service, lot
        As in `spread_of`.
    servers
        How many customers are served side by side; need not be whole.

    Returns
    -------
    float
        0 where nothing varies and not more comes than can be served; ``inf`` where the queue
        does not settle.

    Examples
    --------
    Poisson arrivals, one server: twice as long where the times of service are exponential as
    where they are all the same.

    >>> steady_wait(8, 10), steady_wait(8, 10, cv_service=0)
    (0.4, 0.2)
    """
    if arrivals <= 0 or rate == math.inf:
        return 0.0
    spread = spread_of(cv_arrivals, cv_service, lot)
    if arrivals >= rate:
        return 0.0 if spread == 0 and arrivals == rate else math.inf
    use = arrivals / rate
    return float(spread * use ** exponent_of(servers) / (rate - arrivals))
