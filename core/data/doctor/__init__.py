"""The doctor: what is wrong with a set of pictures, what it would do to the result, and a mend for it."""

from core.data.doctor.diagnosis import carried, diagnose, explained, still_missing

__all__ = ["carried", "diagnose", "explained", "still_missing"]
