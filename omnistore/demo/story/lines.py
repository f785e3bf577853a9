"""Where to look: the story in five sentences, printed when it is told."""

from omnistore.demo.sample.story import STORY_GTIN


def story_lines(base: str) -> str:
    """At most ten lines for a terminal; `base` is the demo's address."""
    return f"""
  The story so far, as the person named:
    maria   a deal is live online and here: scan or type {STORY_GTIN}  {base}/tablet/
    liam    next door it is sold out; Lincoln Park holds two for Ana    the same code, the same page
    nora    tills and warehouse disagree about a cereal                 {base}/desk/conflicts/
    tom     Evanston refused the deal three times in an hour            {base}/desk/reports/
    nora    the tills' own stock report is late                         {base}/desk/feeds/
    samira  and who of maria's store has read what                      {base}/tablet/team/
"""
