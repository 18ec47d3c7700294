"""Responses of feeds, made up, in the shapes that feeds have."""

from __future__ import annotations

import json
from typing import Any

EIGHT = "2024-05-30T08:00:00+08:00"

CABS = {
    "type": "FeatureCollection",
    "features": [
        {
            "type": "Feature",
            "geometry": {"type": "MultiPoint", "coordinates": [[103.6 + n / 100, 1.3 + n / 1000] for n in range(20)]},
            "properties": {"timestamp": EIGHT, "taxi_count": 20, "api_info": {"status": "healthy"}},
        }
    ],
}
DOCKS = {
    "data": {
        "updated": "2024-05-30T08:00:00Z",
        "stations": [
            {
                "id": f"S{n}",
                "name": f"Station {n}",
                "pos": {"lat": 50 + n / 10, "lng": 8 + n / 10},
                "bikes": n,
                "temp": 12.5 + n,
                "open": n % 2 == 0,
                **({"note": None} if n % 2 else {}),
            }
            for n in range(12)
        ],
    }
}
INFORMATION = {
    "last_updated": 1717027200,
    "ttl": 60,
    "version": "2.3",
    "data": {
        "stations": [
            {"station_id": str(n), "name": f"Stop {n}", "lat": 52.5 + n / 1000, "lon": 13.4, "rental_methods": ["key"]}
            for n in range(9)
        ]
    },
}
STATUS = {
    "last_updated": 1717027200,
    "ttl": 60,
    "version": "2.3",
    "data": {
        "stations": [
            {
                "station_id": str(n),
                "num_bikes_available": n,
                "is_renting": True,
                "last_reported": 1717027000 + n,
                "vehicle_types_available": [{"vehicle_type_id": "a", "count": 1}, {"vehicle_type_id": "b", "count": 2}],
            }
            for n in range(9)
        ]
    },
}
CARPARKS = {
    "items": [
        {
            "timestamp": EIGHT,
            "carpark_data": [
                {
                    "carpark_info": [{"total_lots": "105", "lot_type": "C", "lots_available": str(n)}],
                    "carpark_number": f"HE{n}",
                    "update_datetime": "2024-05-30T07:59:00",
                }
                for n in range(30)
            ],
        }
    ]
}
PRICES = [
    {"code": "A", "value": 1.25, "time": "2024-05-30T08:00:00Z"},
    {"code": "B", "value": 2, "time": "2024-05-30T07:50:00Z"},
    {"code": "C", "value": 3.5, "time": "2024-05-30T07:55:00Z"},
]
ODD = {
    "as of": "x",
    "observed": "2024-05-30T08:00:00Z",
    "réponse": [
        {
            "Größe in m²": 1.5,
            "select": 3,
            "a.b": "x",
            "c'd": "y",
            'e"f': 1,
            "1st": 2,
            "order": None,
            "group": {"Order": "7", "naïve key": "u"},
            "裕": "é",
            "observed_at": "x",
            "place": 3,
            "class": True,
        },
        {},
        {"Größe in m²": None, "select": 4},
    ],
}
LOCAL = {
    "generated": "30/05/2024 08:00",
    "limits": {"2024": 5, "2023": 4, "2022": 3, "2021": 2},
    "rows": [{"name": "north", "level": "1.25"}, {"name": "south", "level": "0.50"}, None],
}
RAIN = {
    "code": 0,
    "data": {
        "stations": [
            {"id": f"S{n}", "deviceId": f"S{n}", "name": f"N{n}", "location": {"latitude": 1.3, "longitude": 103.7}}
            for n in range(10)
        ],
        "readings": [{"timestamp": EIGHT, "data": [{"stationId": f"S{n}", "value": n * 0.2} for n in range(10)]}],
        "readingUnit": "mm",
    },
    "errorMsg": None,
}

# By the name of the source: the response, the options, and how many entities it has.
SAMPLES: dict[str, tuple[Any, dict[str, Any], int]] = {
    "cabs": (CABS, {}, 20),
    "docks": (DOCKS, {}, 12),
    "carparks": (CARPARKS, {"timezone": "Asia/Singapore"}, 30),
    "prices": (PRICES, {}, 3),
    "odd": (ODD, {}, 3),
    "levels": (LOCAL, {"timezone": "Europe/Berlin"}, 3),
    "rain": (RAIN, {"timezone": "Asia/Singapore", "schedule": "rate(1 minute)"}, 10),
    "gbfs": ({"information": INFORMATION, "status": STATUS}, {}, 9),
}
GBFS_DOCUMENTS = {"information": "station_information.json", "status": "station_status.json"}


def body_of(document: Any) -> bytes:
    return json.dumps(document, ensure_ascii=False).encode()
