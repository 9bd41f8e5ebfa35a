"""A network in plain NumPy learns to read handwritten digits: SciPy minimizes, wengert gives the gradient."""

import argparse
from pathlib import Path

import numpy as np
from scipy.optimize import OptimizeResult, minimize

import wengert as wg
from comparison import compare
from data import split_digits
from network import Network
from picture import save_picture
from report import print_report, progress

ITERATIONS = 200
PICTURE = Path(__file__).parents[1] / "demo_output" / "digits.png"


def main(picture: Path) -> None:
    rng = np.random.default_rng(0)
    train, test = split_digits(rng)
    start = Network.random([64, 64, 32, 10], rng)

    def loss(vector):
        return start.with_vector(vector).loss(train.images, train.labels)

    comparison = compare(loss, wg.grad(loss), start.to_vector(), rng)

    losses: list[tuple[float, float]] = []  # of the digits to learn from, of those held out
    with progress("Learning to read", ITERATIONS) as advance:

        def after_each_iteration(intermediate_result: OptimizeResult) -> None:
            network = start.with_vector(intermediate_result.x)
            losses.append((intermediate_result.fun, network.loss(test.images, test.labels)))
            advance(f"loss {intermediate_result.fun:.4f}")

        result = minimize(
            wg.value_and_grad(loss),
            start.to_vector(),
            jac=True,
            method="L-BFGS-B",
            callback=after_each_iteration,
            options={"maxiter": ITERATIONS},
        )

    read = start.with_vector(result.x).predict(test.images)
    save_picture(picture, np.array(losses), test, read)
    print_report(test, read, comparison, picture)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--output", type=Path, default=PICTURE, help="where the picture goes (default: %(default)s)")
    main(parser.parse_args().output)
