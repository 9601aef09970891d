package slim

import "slices"

// namedRules are the rules for packages that are big, or whose folders are not what
// their names say. Those for the tests of a package are Named though it is known what
// needs them: another version may differ.
func namedRules() []Rule {
	return slices.Concat(scienceRules(), arrowRules(), modelRules(), browserRules(), cloudRules(), languageRules(), toolRules())
}

// scienceRules are the rules for what computes with numbers. Functions such as
// numpy.test() and pandas.test() run what these rules take; they need pytest, and are
// there to check an installation. A lock that has pytest among the packages of a
// service does not change that.
func scienceRules() []Rule {
	return []Rule{
		{
			Name: "numpy-tests", Level: Safe, Package: "numpy", Named: true,
			Files: []string{
				"numpy/**/tests", "numpy/conftest.py", "numpy/random/_examples",
				"numpy/_core/_*_tests.*", "numpy/core/_*_tests.*", "numpy/_core/_simd.*", "numpy/core/_simd.*",
			},
			Except: []string{"numpy/_core/tests/__init__.py", "numpy/_core/tests/_natype.py"},
			Reason: "tests, and compiled modules that only they load. numpy.testing stays, and what it imports of the tests (numpy#28936)",
			Saves:  "numpy 2.5.5: 8.7 of 28.7 MB",
			Proof: `
import numpy as np, numpy.f2py, numpy.testing, numpy.typing
np.testing.assert_allclose(np.linalg.solve([[2.0, 0], [0, 4]], [2.0, 4]), [1, 1])
assert np.random.default_rng(0).integers(10, size=3).shape == (3,)
assert np.fft.fft([1, 0, 0, 0])[0] == 1 and np.polynomial.Polynomial([1, 2])(1) == 3
assert np.ma.array([1, 2], mask=[0, 1]).sum() == 1 and np.strings.upper(np.array(["a"]))[0] == "A"
`,
		},
		{
			Name: "pandas-tests", Level: Safe, Package: "pandas", Named: true,
			Files:  []string{"pandas/tests", "pandas/conftest.py"},
			Reason: "tests. pandas.testing and pandas._testing stay",
			Saves:  "pandas 3.1.1: 15.3 of 43.6 MB",
			Proof: `
import io, pandas as pd, pandas.testing
frame = pd.read_csv(io.StringIO("a,b\n1,2\n1,3\n"))
sums = frame.groupby("a")["b"].sum()
pd.testing.assert_series_equal(sums, pd.Series([5], index=pd.Index([1], name="a"), name="b"))
assert frame.merge(frame, on="a").shape == (4, 3) and frame.to_json()
assert pd.date_range("2024", periods=2, tz="UTC")[1].day == 2
`,
		},
		{
			Name: "scipy-tests", Level: Safe, Package: "scipy", Named: true,
			Files: []string{
				"scipy/**/tests", "scipy/conftest.py", "scipy/_lib/_test_*.so", "scipy/integrate/_test_*.so",
				"scipy/special/_test_internal.*", "scipy/special/_precompute", "scipy/ndimage/_ctest.*", "scipy/ndimage/_cytest.*",
			},
			Reason: "tests with their data, and what computed the tables of scipy.special. scipy._lib._testutils stays",
			Saves:  "scipy 1.18.1: 17.5 of 80.4 MB",
			Proof: `
import numpy as np
from scipy import constants, fft, integrate, interpolate, io, linalg, ndimage, optimize, signal, sparse, spatial, special, stats
assert abs(optimize.minimize(lambda x: (x[0] - 2) ** 2, [0]).x[0] - 2) < 1e-3
assert abs(integrate.quad(np.sin, 0, np.pi)[0] - 2) < 1e-9 and abs(special.gamma(5) - 24) < 1e-9
assert stats.ttest_ind([1, 2, 3], [1, 2, 3]).pvalue > 0.99
assert np.allclose(sparse.linalg.spsolve(sparse.eye(3, format="csc"), np.ones(3)), 1)
assert spatial.cKDTree([[0, 0], [1, 1]]).query([0.9, 0.9])[1] == 1 and len(signal.firwin(5, 0.5)) == 5
assert linalg.det(np.eye(2)) == 1 and ndimage.label([0, 1, 0, 1])[1] == 2
assert optimize.linprog([1], bounds=[(1, 2)]).x[0] == 1
`,
		},
		{
			Name: "scikit-learn-tests", Level: Safe, Package: "scikit-learn", Named: true,
			Files:  []string{"sklearn/**/tests", "sklearn/conftest.py"},
			Reason: "tests with their data. The estimator checks of sklearn.utils stay",
			Saves:  "scikit-learn 1.9.1: 5.8 of 30.7 MB",
			Proof: `
import sklearn.utils.estimator_checks
from sklearn import datasets, ensemble, linear_model, model_selection, pipeline, preprocessing
x, y = datasets.load_iris(return_X_y=True)
model = pipeline.make_pipeline(preprocessing.StandardScaler(), linear_model.LogisticRegression())
assert model_selection.cross_val_score(model, x, y).mean() > 0.9
assert ensemble.RandomForestClassifier(n_estimators=5, random_state=0).fit(x, y).score(x, y) > 0.9
`,
		},
		{
			Name: "statsmodels-tests", Level: Safe, Package: "statsmodels", Named: true,
			Files:  []string{"statsmodels/**/tests", "statsmodels/conftest.py", "statsmodels/datasets/*/src"},
			Reason: "tests with their results, and the files that the data sets were made of, in other formats. The data sets stay",
			Saves:  "statsmodels 0.15.0: 21.6 of 41.6 MB",
			Proof: `
import numpy as np, statsmodels.api as sm, statsmodels.formula.api as smf
from statsmodels.tsa.arima.model import ARIMA
data = sm.datasets.randhie.load_pandas().data
assert len(data) > 20000 and len(sm.datasets.sunspots.load_pandas().data) > 300
assert smf.ols("mdvis ~ lncoins", data.head(500)).fit().nobs == 500
assert ARIMA(np.arange(30.0) % 7, order=(1, 0, 0)).fit().params.shape == (3,)
`,
		},
		{
			Name: "sympy-tests", Level: Safe, Package: "sympy", Named: true,
			Files:  []string{"sympy/**/tests", "sympy/**/benchmarks", "sympy/conftest.py"},
			Reason: "tests and benchmarks. sympy.testing stays",
			Saves:  "sympy 1.14.0: 10.1 of 26.6 MB",
			Proof: `
import sympy as sp, sympy.physics.units, sympy.stats
from sympy.core.random import verify_numerically
from sympy.testing.runtests import SymPyDocTestRunner
x = sp.Symbol("x")
assert verify_numerically(sp.sin(x) ** 2 + sp.cos(x) ** 2, 1, x)
assert sp.integrate(sp.cos(x), x) == sp.sin(x) and sp.solve(x**2 - 4) == [-2, 2]
assert sp.lambdify(x, x**2)(3) == 9 and sp.latex(x / 2) and sp.parse_expr("2*x").diff(x) == 2
assert sp.Matrix([[1, 2], [3, 4]]).det() == -2
`,
		},
		{
			Name: "networkx-tests", Level: Safe, Package: "networkx", Named: true,
			Files:  []string{"networkx/**/tests", "networkx/conftest.py"},
			Reason: "tests with their pictures",
			Saves:  "networkx 3.7: 3.1 of 7.2 MB",
			Proof: `
import io, networkx as nx
graph = nx.karate_club_graph()
assert nx.shortest_path_length(graph, 0, 33) == 2 and nx.is_connected(graph)
assert nx.planarity.check_planarity(nx.cycle_graph(4))[0] and len(list(nx.community.louvain_communities(graph, seed=1))) > 1
nx.write_graphml(graph, io.BytesIO())
`,
		},
		{
			Name: "matplotlib-tests", Level: Safe, Package: "matplotlib", Named: true,
			Files:  []string{"matplotlib/tests", "mpl_toolkits/**/tests"},
			Reason: "tests. matplotlib.testing stays",
			Saves:  "matplotlib 3.11.2: 2.3 of 26.7 MB",
			Proof:  plotProof,
		},
		{
			Name: "matplotlib-sample-data", Level: Max, Package: "matplotlib",
			Files:  []string{"matplotlib/mpl-data/sample_data", "matplotlib/mpl-data/fonts/afm", "matplotlib/mpl-data/fonts/pdfcorefonts"},
			Reason: "what cbook.get_sample_data gives, and the metrics of PostScript's own fonts: for `ps.useafm` and `pdf.use14corefonts`. The fonts that pictures are drawn with stay",
			Saves:  "matplotlib 3.11.2: 1.9 of 26.7 MB",
			Proof:  plotProof,
		},
		{
			Name: "scikit-image-data", Level: Max, Package: "scikit-image",
			Files: []string{
				"skimage/data/*.png", "skimage/data/*.jpg", "skimage/data/*.gif", "skimage/data/*.tif", "skimage/data/*.npz", "skimage/data/*.npy",
			},
			Reason: "the pictures of skimage.data, for examples: for who calls `data.camera()` and the like. What detects faces stays",
			Saves:  "scikit-image 0.26.0: 7.6 of 29.8 MB",
			Proof: `
import numpy as np, skimage
from skimage import color, data, feature, filters, io, measure, morphology, segmentation, transform
square = np.zeros((20, 20)); square[5:15, 5:15] = 1
assert measure.label(square > 0).max() == 1 and filters.sobel(square).max() > 0
assert transform.resize(square, (10, 10)).shape == (10, 10) and color.gray2rgb(square).shape == (20, 20, 3)
assert data.binary_blobs(16, rng=1).shape == (16, 16)
assert feature.Cascade(data.lbp_frontal_face_cascade_filename()) is not None
`,
		},
	}
}

const plotProof = `
import io, matplotlib, matplotlib.testing
matplotlib.use("agg")
import matplotlib.pyplot as plt
from mpl_toolkits.mplot3d import Axes3D
for kind in "png", "svg", "pdf", "ps":
    figure = plt.figure()
    axes = figure.add_subplot(projection="3d" if kind == "png" else None)
    axes.plot([1, 2], [3, 4], label=r"$\sqrt{x} \int \alpha$")
    axes.set_title("title", family="monospace"); axes.legend()
    out = io.BytesIO()
    figure.savefig(out, format=kind)
    assert len(out.getvalue()) > 1000
plt.style.use("ggplot")
`
