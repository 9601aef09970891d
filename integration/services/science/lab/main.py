"""Computes and draws, with as many parts of the packages as fit on a page.

What only some requests need is imported by them, as services with a slow start do.
"""

import io

import matplotlib

matplotlib.use("agg")

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from starlette.applications import Starlette
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route


def healthz(request):
    return PlainTextResponse("ok")


def fit(request):
    """Finds the parameters of a decay in noise."""
    from scipy.optimize import curve_fit

    x = np.linspace(0, 4, 50)
    y = 2.5 * np.exp(-1.3 * x) + 0.01 * np.random.default_rng(7).normal(size=x.size)
    (a, b), _ = curve_fit(lambda x, a, b: a * np.exp(-b * x), x, y)
    return JSONResponse({"a": round(a, 1), "b": round(b, 1)})


def numbers(request):
    """One figure of each part of scipy."""
    from scipy import fft, integrate, interpolate, linalg, ndimage, signal, sparse, spatial, special, stats
    from scipy.cluster import hierarchy
    from scipy.sparse import linalg as sparse_linalg

    grid = np.arange(16.0).reshape(4, 4)
    matrix = sparse.csc_matrix(np.diag([2.0, 4.0, 8.0]))
    return JSONResponse(
        {
            "fft": round(float(fft.rfft(np.ones(8)).real[0]), 3),
            "integrate": round(integrate.quad(np.sin, 0, np.pi)[0], 3),
            "interpolate": round(float(interpolate.CubicSpline([0, 1, 2], [0, 1, 4])(1.5)), 3),
            "linalg": round(float(linalg.det(np.eye(3) * 2)), 3),
            "ndimage": round(float(ndimage.gaussian_filter(grid, 1).sum()), 3),
            "signal": len(signal.find_peaks([0, 1, 0, 2, 0])[0]),
            "sparse": [round(float(v), 3) for v in sparse_linalg.spsolve(matrix, np.ones(3))],
            "spatial": round(float(spatial.ConvexHull([[0, 0], [1, 0], [1, 1], [0, 1]]).volume), 3),
            "special": round(float(special.gamma(5)), 3),
            "stats": round(float(stats.norm.cdf(1.96)), 3),
            "cluster": hierarchy.fcluster(hierarchy.linkage([[0.0], [0.1], [5.0]]), 1, "distance").tolist(),
            "polynomial": np.polynomial.Polynomial([1, 2])(3),
            "f2py": np.f2py.__name__,
            "docs": bool(np.linalg.svd.__doc__),
        }
    )


def learn(request):
    """Trains on the data that scikit-learn brings, in processes of its own."""
    from sklearn.datasets import load_digits, load_iris, load_wine
    from sklearn.decomposition import PCA
    from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import cross_val_score
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    iris, wine, digits = load_iris(), load_wine(), load_digits()
    pipeline = make_pipeline(StandardScaler(), PCA(3), LogisticRegression())
    return JSONResponse(
        {
            "species": iris.target_names.tolist(),
            "described": "Iris" in iris.DESCR,
            "logistic": round(float(cross_val_score(pipeline, iris.data, iris.target, n_jobs=2).mean()), 1),
            "forest": round(RandomForestClassifier(20, random_state=0).fit(wine.data, wine.target).score(wine.data, wine.target), 1),
            "boosting": round(HistGradientBoostingClassifier(max_iter=5).fit(iris.data, iris.target).score(iris.data, iris.target), 1),
            "digits": digits.images.shape,
        }
    )


def page(request):
    """How scikit-learn shows a model: a template and a style sheet of its own."""
    from sklearn.linear_model import Ridge

    return Response(Ridge(alpha=0.5)._repr_html_(), media_type="text/html")


def table(request):
    """A table through the formats that pandas writes and reads."""
    frame = pd.DataFrame(
        {
            "harbour": pd.Categorical(["Kiel", "Rostock", "Kiel"]),
            "tons": [10.5, 2.0, 7.5],
            "at": pd.date_range("2024-01-01", periods=3, freq="D", tz="Europe/Berlin"),
        }
    )
    parquet, feather = io.BytesIO(), io.BytesIO()
    frame.to_parquet(parquet)
    frame.to_feather(feather)
    return JSONResponse(
        {
            "sums": pd.read_parquet(parquet).groupby("harbour", observed=True).tons.sum().to_dict(),
            "feather": pd.read_feather(feather).shape,
            "csv": pd.read_csv(io.StringIO(frame.to_csv()), engine="pyarrow").shape,
            "zone": str(frame["at"].iloc[0]),
            "pivot": frame.pivot_table(index="harbour", values="tons", observed=True).shape,
            "rolling": frame.tons.rolling(2).mean().dropna().tolist(),
            "plot": type(frame.plot(y="tons")).__name__,
            "equal": pd.testing.assert_frame_equal(frame, frame.copy()) is None,
        }
    )


def arrow(request):
    """What pyarrow has beside tables in memory."""
    import pyarrow as pa
    import pyarrow.compute as pc
    import pyarrow.dataset as ds
    import pyarrow.parquet as pq

    harbours = pa.table({"harbour": ["Kiel", "Rostock"], "tons": [1, 2]})
    pq.write_table(harbours, "/tmp/harbours.parquet", compression="zstd")
    found = ds.dataset("/tmp/harbours.parquet").to_table(filter=pc.field("tons") > 1)
    with pa.OSFile("/tmp/harbours.arrow", "wb") as file, pa.ipc.new_file(file, harbours.schema) as writer:
        writer.write_table(harbours)
    return JSONResponse({"found": found.to_pylist(), "total": pc.sum(harbours["tons"]).as_py(), "codec": pa.Codec("lz4").name})


KINDS = {"png": "image/png", "svg": "image/svg+xml", "pdf": "application/pdf"}


def plot(request):
    """Draws with text in several fonts, a formula, a colour map and a style."""
    import matplotlib.style

    kind = request.path_params["kind"]
    with matplotlib.style.context("ggplot"):
        figure = Figure(figsize=(4, 3))
        left, right = figure.subplots(1, 2)
        x = np.linspace(0, 6, 60)
        left.plot(x, np.sin(x), label="sine")
        left.set_title(r"$\int_0^\pi \sin x\,dx = 2$")
        left.legend(prop={"family": "serif"})
        right.contourf(np.outer(x, x), cmap="viridis")
        right.set_title("mono", family="monospace")
        out = io.BytesIO()
        figure.savefig(out, format=kind)
    return Response(out.getvalue(), media_type=KINDS[kind])


app = Starlette(
    routes=[
        Route("/healthz", healthz),
        Route("/fit", fit),
        Route("/numbers", numbers),
        Route("/learn", learn),
        Route("/page", page),
        Route("/table", table),
        Route("/arrow", arrow),
        Route("/plot.{kind}", plot),
    ]
)
