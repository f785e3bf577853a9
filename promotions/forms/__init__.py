"""The desk's forms: what a merchandiser types, as the fields of a revision and back."""

from promotions.forms.promotion import PromotionForm, StopForm, error_lists
from promotions.forms.sections import SECTIONS, Section

__all__ = [
    "SECTIONS",
    "PromotionForm",
    "Section",
    "StopForm",
    "error_lists",
]
