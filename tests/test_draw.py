"""The computation graph: what stands on nodes and edges, where they are, and the files."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from itertools import combinations, pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import wengert as wg
from wengert.show.layout import Layout, crossings, increasing, lay_out, layers_of, order_rows

SVG = "{http://www.w3.org/2000/svg}"


def polynomial(x: Any, y: Any) -> Any:
    return x * x * y + y + 2


def twenty(x: Any, y: Any, z: Any) -> Any:
    a = np.exp(x) * y
    b = np.sin(a) + z * x
    c = np.log(b * b + 1) / (y + z)
    d = np.tanh(c - a / 4)
    return d * d + np.sqrt(a * a + c) * z - x**3


def long(x: Any) -> Any:
    for i in range(50):
        x = np.sin(x) * x + i
    return x


class TestGraph:
    def test_values_and_adjoints_are_on_the_nodes(self) -> None:
        nodes = wg.draw(polynomial, 3.0, 4.0).graph.nodes
        assert [(node.kind, node.title, node.value) for node in nodes] == [
            ("input", "x", "3"),
            ("input", "y", "4"),
            ("line", "v1 = x * x", "9"),
            ("line", "v2 = v1 * y", "36"),
            ("line", "v3 = v2 + y", "40"),
            ("result", "z = v3 + 2", "42"),
        ]
        assert nodes[0].adjoint.endswith("= 24")
        assert nodes[1].adjoint.endswith("= 10")
        assert "return x * x * y + y + 2" in nodes[2].hint

    def test_partials_are_on_the_edges(self) -> None:
        edges = wg.draw(polynomial, 3.0, 4.0).graph.edges
        found = {(edge.tail, edge.head): edge.label for edge in edges}
        assert found == {(0, 2): "x + x = 6", (2, 3): "y = 4", (1, 3): "v1 = 9", (3, 4): "1", (1, 4): "1", (4, 5): "1"}

    def test_the_products_along_the_paths_add_up_to_the_gradient(self) -> None:
        graph = wg.draw(twenty, 0.5, 1.5, 2.0).graph
        slope = {len(graph.nodes) - 1: 1.0}
        for edge in sorted(graph.edges, key=lambda edge: -edge.head):
            slope[edge.tail] = slope.get(edge.tail, 0.0) + slope[edge.head] * float(edge.label)
        expected = wg.grad(twenty, (0, 1, 2))(0.5, 1.5, 2.0)
        np.testing.assert_allclose([slope[0], slope[1], slope[2]], expected, rtol=1e-4)

    def test_of_arrays_a_jacobian_is_named(self) -> None:
        edges = wg.draw(lambda w, x: np.tanh(w @ x), np.ones((2, 3)), np.ones(3)).graph.edges
        assert [edge.label for edge in edges][:2] == ["Jacobian 2 by 2×3", "Jacobian 2 by 3"]
        assert "1 - z·z" in edges[2].hint

    def test_the_middle_of_long_lists_is_one_node(self) -> None:
        drawing = wg.draw(long, 1.0, limit=10)
        kinds = [node.kind for node in drawing.graph.nodes]
        assert kinds.count("gap") == 1
        assert len(kinds) == 12
        assert "gap" not in [node.kind for node in wg.draw(long, 1.0, limit=None).graph.nodes]
        assert all(edge.tail < edge.head for edge in drawing.graph.edges)

    def test_several_results(self) -> None:
        graph = wg.draw(lambda x: (np.sin(x), np.cos(x), x), 3.0).graph
        assert [node.kind for node in graph.nodes] == ["input", "result", "result"]

    def test_a_result_that_is_an_argument(self) -> None:
        assert len(wg.draw(lambda x: x, 3.0).graph.nodes) == 1
        assert wg.draw(lambda x: x, 3.0).svg()


DAGS = st.integers(1, 14).flatmap(
    lambda n: st.tuples(
        st.lists(st.tuples(st.floats(20, 200), st.floats(20, 60)), min_size=n, max_size=n),
        st.sets(st.tuples(st.integers(0, n - 1), st.integers(0, n - 1)).map(sorted).map(tuple), max_size=3 * n),
    )
)


class TestLayout:
    @settings(max_examples=60, deadline=None)
    @given(DAGS)
    def test_boxes_do_not_overlap_and_edges_go_down(self, dag: Any) -> None:
        sizes, pairs = dag
        edges = [(u, v) for u, v in pairs if u != v]
        layout = lay_out(sizes, edges)
        for (a, (w, h)), (b, (v, k)) in combinations(zip(layout.centers, sizes, strict=True), 2):
            assert abs(a[0] - b[0]) >= (w + v) / 2 - 1e-6 or abs(a[1] - b[1]) >= (h + k) / 2 - 1e-6
        for (u, v), route in zip(edges, layout.routes, strict=True):
            assert (route[0], route[-1]) == (layout.centers[u], layout.centers[v])
            assert all(above[1] < below[1] for above, below in pairwise(route))
        for (x, y), (w, h) in zip(layout.centers, sizes, strict=True):
            assert x - w / 2 >= -1e-6
            assert x + w / 2 <= layout.width + 1e-6
            assert y - h / 2 >= -1e-6
            assert y + h / 2 <= layout.height + 1e-6

    def test_layers_make_edges_short(self) -> None:
        # a -> b -> c -> d, and e that only d reads: e stands beside c
        assert layers_of(5, [(0, 1), (1, 2), (2, 3), (4, 3)]) == [0, 1, 2, 3, 2]

    def test_what_is_too_large_is_told(self) -> None:
        with pytest.raises(ValueError, match="301 nodes is too large to be laid out; draw fewer lines by limit="):
            lay_out([(50, 20)] * 301, [(i, i + 1) for i in range(300)] + [(i, 300) for i in range(299)])

    def test_crossings_are_counted_and_removed(self) -> None:
        rows, edges = [[0, 1, 2], [3, 4, 5]], [(0, 5), (1, 4), (2, 3)]
        below = {u: [v] for u, v in edges}
        assert crossings(rows, below) == 3
        assert crossings(order_rows(rows, edges), below) == 0

    def test_a_tree_has_no_crossings(self) -> None:
        edges = [(i, (i - 1) // 2) for i in range(14, 0, -1)]
        layout = lay_out([(50, 20)] * 15, edges)
        assert isinstance(layout, Layout)
        by_layer: dict[float, list[tuple[float, float]]] = {}
        for route in layout.routes:
            by_layer.setdefault(route[0][1], []).append((route[0][0], route[-1][0]))
        for pairs in by_layer.values():
            ends = [end for _, end in sorted(pairs)]
            assert ends == sorted(ends)

    @given(st.lists(st.floats(-10, 10), min_size=1, max_size=12))
    def test_increasing_is_the_nearest(self, values: list[float]) -> None:
        found = increasing(values, [1.0] * len(values))
        assert all(a <= b + 1e-9 for a, b in pairwise(found))
        rng = np.random.default_rng(0)
        best = np.sum((np.array(found) - values) ** 2)
        for _ in range(20):
            other = np.sort(np.array(found) + rng.normal(size=len(values)))
            assert best <= np.sum((other - values) ** 2) + 1e-9


drawings = pytest.mark.parametrize(
    "drawing", [wg.draw(polynomial, 3.0, 4.0), wg.draw(twenty, 0.5, 1.5, 2.0)], ids=["small", "large"]
)


class TestPictures:
    @drawings
    def test_svg_is_well_formed_and_complete(self, drawing: Any) -> None:
        root = ET.fromstring(drawing.svg())
        texts = [text.text for text in root.iter(f"{SVG}text")]
        for node in drawing.graph.nodes:
            assert {node.title, node.value, node.adjoint} <= set(texts)
        assert sum(edge.label in texts for edge in drawing.graph.edges) == len(drawing.graph.edges)
        assert drawing.title in texts
        titles = [title.text for title in root.iter(f"{SVG}title")]
        assert len(titles) == len(drawing.graph.nodes) + 2 * len(drawing.graph.edges)

    @drawings
    def test_text_stays_in_its_box_and_on_the_page(self, drawing: Any) -> None:
        scene = drawing.scene
        for box in scene.boxes:
            assert all(text.width <= box.size[0] for text in box.texts)
            assert box.at[0] - box.size[0] / 2 >= 0
            assert box.at[0] + box.size[0] / 2 <= scene.width
        for curve in scene.curves:
            assert all(-1 <= x <= scene.width + 1 and -1 <= y <= scene.height + 1 for x, y in curve.points)

    def test_labels_cover_no_box(self) -> None:
        scene = wg.draw(twenty, 0.5, 1.5, 2.0).scene
        for curve in scene.curves:
            assert curve.label is not None
            (x, y), w, h = curve.label.at, curve.label.width, curve.label.size
            for box in scene.boxes:
                beside = abs(x - box.at[0]) >= (w + box.size[0]) / 2
                assert beside or abs(y - box.at[1]) >= (h + box.size[1]) / 2 - 1

    def test_the_picture_of_the_documentation_is_up_to_date(self) -> None:
        page = ET.parse(Path(__file__).parents[1] / "docs" / "pictures" / "polynomial.svg")
        shown, current = (
            [text.text for text in root.iter(f"{SVG}text")][:-4]  # without the title and the legend
            for root in (page.getroot(), ET.fromstring(wg.draw(polynomial, 3.0, 4.0).svg()))
        )
        assert shown == current

    def test_names_are_escaped(self) -> None:
        assert ET.fromstring(wg.draw(lambda x: np.where(x < 1, x, -x), 3.0).svg())

    def test_files(self, tmp_path: Any) -> None:
        drawing = wg.draw(polynomial, 3.0, 4.0)
        drawing.save(tmp_path / "a.svg")
        assert (tmp_path / "a.svg").read_text(encoding="utf-8") == drawing.svg() == drawing._repr_svg_()
        drawing.save(str(tmp_path / "a.PNG"))
        assert (tmp_path / "a.PNG").read_bytes().startswith(b"\x89PNG")
        with pytest.raises(ValueError, match=r"'a.gif' must end in .svg or .png"):
            drawing.save(tmp_path / "a.gif")

    def test_the_png_has_the_size_and_the_colors(self) -> None:
        import io

        import matplotlib.image

        drawing = wg.draw(polynomial, 3.0, 4.0)
        pixels = matplotlib.image.imread(io.BytesIO(drawing.png(scale=1.0)))
        assert abs(pixels.shape[1] - drawing.scene.width) <= 1
        assert abs(pixels.shape[0] - drawing.scene.height) <= 1
        for box in drawing.scene.boxes:  # the ground of each box, just inside its left edge
            x, y = int(box.at[0] - box.size[0] / 2 + 6), int(box.at[1])
            expected = [int(box.fill[i : i + 2], 16) / 255 for i in (1, 3, 5)]
            np.testing.assert_allclose(pixels[y, x, :3], expected, atol=0.02)
        assert np.mean(pixels[:, :, :3].min(axis=2) < 0.5) > 0.01

    def test_importing_does_not_import_matplotlib_or_rich(self) -> None:
        import subprocess
        import sys

        code = "import sys, wengert; print({'matplotlib', 'rich', 'click'} & set(sys.modules))"
        out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
        assert out.stdout.strip() == "set()"

    def test_the_representation_tells_how_to_see_it(self) -> None:
        assert ".save(path)" in repr(wg.draw(polynomial, 3.0, 4.0))
