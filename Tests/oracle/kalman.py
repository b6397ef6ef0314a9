"""Layer 2: constant-acceleration Kalman filter driven by white-noise jerk.

Source: Kalman, 1960; Q of the integrated white noise after Bar-Shalom, Li and Kirubarajan, 2001;
covariance update after Joseph (Bucy and Joseph, 1968).
"""

import numpy as np
from filterpy.kalman import KalmanFilter

START_R = 1e-8
ADAPTATION = 0.01
OUTLIER_NIS = 9.0
MINIMUM_R = 1e-12
TAU_SAMPLES = 5


def transition(d):
    """F: state (level, velocity, acceleration) over d seconds."""
    return np.array([[1, d, d**2 / 2], [0, 1, d], [0, 0, 1]], dtype=float)


def process_shape(d):
    """G: covariance of the state after d seconds of unit white-noise jerk."""
    return np.array(
        [
            [d**5 / 20, d**4 / 8, d**3 / 6],
            [d**4 / 8, d**3 / 3, d**2 / 2],
            [d**3 / 6, d**2 / 2, d],
        ]
    )


def start_covariance(r, tau):
    return np.diag([r, r / tau**2, r / tau**4])


def run_fixed(observations, d, tau, r):
    """filterpy with R held. Returns states, covariances, nis; the first entry is the start (nis None)."""
    kf = KalmanFilter(dim_x=3, dim_z=1)
    kf.x = np.array([[observations[0]], [0.0], [0.0]])
    kf.P = start_covariance(r, tau)
    kf.F = transition(d)
    kf.H = np.array([[1.0, 0.0, 0.0]])
    kf.R = np.array([[r]])
    kf.Q = r * d * tau**-6.0 * process_shape(d)
    states, covariances, nis = [kf.x.ravel().copy()], [kf.P.copy()], [None]
    for y in observations[1:]:
        kf.predict()
        kf.update(np.array([[y]]))
        states.append(kf.x.ravel().copy())
        covariances.append(kf.P.copy())
        nis.append(float(kf.y[0, 0] ** 2 / kf.S[0, 0]))
    return states, covariances, nis


class AdaptiveKalman:
    """R follows the residuals; an observation beyond three sigma is believed less."""

    def __init__(self, y, d, tau):
        self.f = transition(d)
        self.q_per_r = d * tau**-6.0 * process_shape(d)
        self.x = np.array([y, 0.0, 0.0])
        self.r = START_R
        self.p = start_covariance(self.r, tau)
        self.nis = None
        self.outlier = False

    def step(self, y):
        # predict
        x = self.f @ self.x
        p = self.f @ self.p @ self.f.T + self.r * self.q_per_r
        # innovation, and the inflated R_e of an outlier
        nu = y - x[0]
        self.nis = float(nu**2 / (p[0, 0] + self.r))
        self.outlier = self.nis > OUTLIER_NIS
        r_e = self.r * max(1.0, self.nis / OUTLIER_NIS)
        # update, Joseph form: P = (I - K h') P (I - K h')' + K R_e K'
        k = p[:, 0] / (p[0, 0] + r_e)
        i_kh = np.eye(3)
        i_kh[:, 0] -= k
        self.x = x + k * nu
        self.p = i_kh @ p @ i_kh.T + r_e * np.outer(k, k)
        # R follows the residual after the update
        e = y - self.x[0]
        self.r = (1 - ADAPTATION) * self.r + ADAPTATION * max(e**2 + self.p[0, 0], MINIMUM_R)
