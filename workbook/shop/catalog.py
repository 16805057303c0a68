"""The goods on the shelves, and how an intended order value becomes a basket of goods."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from workbook.shop import draws
from workbook.shop.draws import Floats, Ints, Keys

# category, prefix of the item id, margin as a share of the price (A), goods with prices in dollars
_SHELVES: tuple[tuple[str, str, float, str], ...] = (
    (
        "Kitchen",
        "KIT",
        0.42,
        """Harbor enamel mug 9.50; Pebble egg cup pair 7.90; Driftwood spoon trio 11.90
        Slate pastry board 34.00; Tidewater colander 22.50; Longshore bread bin 46.00
        Beech rolling pin 14.90; Copper cove saucepan 78.00; Lighthouse pepper mill 27.00
        Quarry mortar and pestle 31.50; Millstone knife block 64.00; Ferry lunch tin 17.50
        Skerry whisk 8.40; Barrow mixing bowl 19.80; Gull kettle 59.00; Oatfield flour jar 24.50
        Shoal ladle 10.80; Kiln casserole 92.00; Weir dish rack 38.00; Granite stock pot 118.00""",
    ),
    (
        "Tableware",
        "TAB",
        0.48,
        """Marram side plate 8.90; Marram dinner plate 13.50; Marram soup bowl 11.20
        Saltmarsh serving dish 29.00; Oyster platter 36.50; Cinder espresso cup 6.90
        Foam cappuccino cup 9.90; Estuary jug 26.00; Ripple tumbler pair 15.80
        Ripple wine glass pair 21.00; Cork trivet 5.80; Pebble salt dish 4.90
        Rope bread basket 18.60
        Sandbar cake stand 41.00; Inlet butter dish 20.50; Tern cutlery set 84.00
        Harvest table service 138.00; Bracken teapot 37.50; Lagoon carafe 32.00
        Skipper tray 28.50""",
    ),
    (
        "Textiles",
        "TEX",
        0.52,
        """Flax tea towel 7.40; Flax napkin set 23.00; Linen apron 33.50; Wharf oven glove 12.80
        Heather cushion cover 25.50; Moorland wool throw 72.00; Dune cotton blanket 54.00
        Skein table runner 21.80; Chalk tablecloth 48.50; Seafoam bath towel 19.50
        Seafoam hand towel 10.40; Sailcloth tote 16.80; Cove bath mat 24.00; Fern seat pad 17.90
        Lambswool plaid 96.00; Bay duvet cover 88.00; Mist pillowcase pair 30.50
        Anchor doormat 35.50; Tweed draft stopper 22.80; Felt coaster set 9.20""",
    ),
    (
        "Lighting",
        "LIG",
        0.45,
        """Beacon table lamp 68.00; Beacon floor lamp 154.00; Paper moon shade 39.50
        Lantern of tin 27.80; Cobble night light 18.20; Rope pendant 76.00
        Glass float pendant 98.00
        Brass reading lamp 112.00; Dock wall light 58.50; Candle snuffer 8.20; Tea light tray 13.90
        Beeswax candle pair 12.20; Cedar scented candle 19.20; Storm candle holder 16.20
        Alabaster lamp 186.00; Stringer fairy lights 14.40; Mast standard lamp 215.00
        Pebble dimmer lamp 49.50; Wick oil lamp 43.50; Harbor chandelier 320.00""",
    ),
    (
        "Storage",
        "STO",
        0.40,
        """Willow log basket 57.00; Seagrass basket small 15.20; Seagrass basket large 33.00
        Peg rail of oak 29.80; Crate of pine 23.80; Letter tray 20.80; Tin trunk 82.00
        Shoe bench 128.00; Corner shelf 61.00; Ladder shelf 144.00; Hook of brass 6.40
        Jute shopping bag 11.50; Spice rack 35.00; Pantry jar trio 26.80; Bedside box 44.50
        Laundry hamper 66.00; Umbrella stand 52.00; Key tray 14.20; Magazine rack 40.50
        Apothecary chest 265.00""",
    ),
    (
        "Garden",
        "GAR",
        0.44,
        """Terracotta pot small 5.20; Terracotta pot large 18.90; Zinc watering can 31.00
        Hazel plant labels 4.40; Potting scoop 13.20; Twine in a tin 8.60; Kneeling mat 16.50
        Bird table 62.50; Bird bath of stone 105.00; Hanging planter 24.80; Window box 42.50
        Herb starter set 21.40; Pruning shears 28.00; Garden lantern 47.00; Folding chair 79.00
        Bench of teak 245.00; Rain chain 55.50; Fire bowl 172.00; Seed box 26.20
        Trellis fan 36.00""",
    ),
    (
        "Decor",
        "DEC",
        0.55,
        """Driftwood frame small 12.50; Driftwood frame large 27.40; Pebble paperweight 9.80
        Bud vase 11.00; Tall stoneware vase 53.00; Round mirror 124.00; Porthole mirror 86.00
        Tide clock 94.00; Linocut print heron 38.50; Linocut print mill 38.00; Shell garland 15.50
        Wreath of dried flowers 34.50; Bookend pair 45.50; Paper star 7.20
        Felt advent calendar 51.00
        Wooden boat 32.50; Incense bowl 17.20; Wall hanging 69.00; Sand timer 22.20
        Carved seabird 148.00""",
    ),
    (
        "Bath and bedroom",
        "BAT",
        0.50,
        """Olive soap bar 5.60; Sea salt soap bar 6.20; Soap dish of slate 10.00; Nail brush 7.60
        Bath brush 17.00; Pumice pebble 3.90; Cotton robe 74.00; Waffle robe 63.00
        Lavender pillow 20.20; Hot water bottle cover 25.00; Bedside carafe 30.00
        Toothbrush beaker 12.00; Shaving mirror 56.00; Bath shelf 46.50; Bath salts jar 18.00
        Wool slippers 40.00; Bed tray 50.00; Linen curtain pair 108.00; Quilt of patchwork 196.00
        Oak bedside table 280.00""",
    ),
)
MAX_LINES = 4


@dataclass(frozen=True)
class Catalog:
    """The goods in order of price. Prices and margins in cents; `margin` is per unit sold."""

    item_id: tuple[str, ...]
    name: tuple[str, ...]
    category: tuple[str, ...]
    price: Ints
    margin: Ints

    def __len__(self) -> int:
        return len(self.item_id)


def catalog() -> Catalog:
    """The shop's goods; the same in every world."""
    rows = []
    for category, prefix, share, shelf in _SHELVES:
        goods = [good.strip() for line in shelf.splitlines() for good in line.split(";")]
        for number, good in enumerate(goods, start=1):
            name, _, dollars = good.rpartition(" ")
            price = round(float(dollars) * 100)
            # Dearer goods carry a thinner margin, as they do in most shops (A).
            thinner = share - 0.04 * float(np.log10(price / 2000.0))
            rows.append((price, f"{prefix}-{number:02d}", name, category, round(price * thinner)))
    rows.sort()
    prices, ids, names, categories, margins = zip(*rows, strict=True)
    return Catalog(ids, names, categories, np.array(prices), np.array(margins))


CATALOG = catalog()


@dataclass(frozen=True)
class Baskets:
    """Up to four different goods per basket.

    items: index into the catalog, shape (n, 4), -1 where there is no further line
    quantities: units, shape (n, 4), 0 where there is no further line
    total: cents, shape (n,)
    """

    items: Ints
    quantities: Ints
    total: Ints

    @property
    def lines(self) -> Ints:
        """Number of lines of each basket."""
        count: Ints = (self.quantities > 0).sum(axis=1)
        return count


def fill(keys: Keys, views: Ints) -> Baskets:
    """What each visit would buy: at most as many different goods as products viewed.

    The value is drawn from the lognormal(3.80, .848) that real orders follow, then realised with
    goods: each line takes the good nearest to a part of what is left, the last one to all of it.
    So totals keep that law up to the steps between prices.
    """
    prices = CATALOG.price.astype(np.float64)
    left = np.maximum(np.exp(3.80 + 0.848 * draws.normal(keys, "order value")) * 100.0, prices[0])
    wish = 1 + draws.choice(keys, "lines", [0.40, 0.28, 0.19, 0.13])
    lines = np.minimum(np.minimum(wish, views), np.maximum(left // 900.0, 1).astype(np.int64))
    items = np.full((len(keys), MAX_LINES), -1, dtype=np.int64)
    quantities = np.zeros((len(keys), MAX_LINES), dtype=np.int64)
    for line in range(MAX_LINES):
        has, last = lines > line, lines == line + 1
        part = np.where(last, 1.0, 0.35 + 0.4 * draws.uniform(keys, f"line {line} part"))
        aim = left * part
        several = 1 + draws.geometric(keys, f"line {line} units", 0.45).clip(max=5)
        units = np.where(aim / several >= prices[0], several, 1)
        units = np.maximum(units, np.ceil(aim / prices[-1]).astype(np.int64))
        item = _nearest(prices, aim / units, items[:, :line])
        items[:, line] = np.where(has, item, -1)
        quantities[:, line] = np.where(has, units, 0)
        left = np.maximum(left - np.where(has, units * prices[item], 0.0), prices[0])
    return Baskets(items, quantities, (quantities * CATALOG.price[items]).sum(axis=1))


def _nearest(prices: Floats, aim: Floats, taken: Ints) -> Ints:
    """The good whose price is nearest to the aim, or the next dearer one not yet taken."""
    middle = (prices[1:] + prices[:-1]) / 2.0
    item = np.searchsorted(middle, aim)
    for _ in range(taken.shape[1]):
        item = np.where((taken == item[:, None]).any(axis=1), (item + 1) % len(prices), item)
    return item


def popular(keys: Keys, decision: str) -> Ints:
    """A good looked at for no special reason, index into the catalog: few are looked at often."""
    return draws.choice(keys, decision, _POPULARITY)


_ranks = np.argsort(draws.mix(np.arange(1, len(CATALOG) + 1, dtype=np.uint64)))
_POPULARITY = (1.0 / (np.arange(len(CATALOG)) + 5.0) ** 0.7)[_ranks]
