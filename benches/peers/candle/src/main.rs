//! candle on the CPU. It has SGD and AdamW (Adam where the decay is 0), neither momentum nor
//! AdaGrad.

use candle_core::{D, Device, Tensor, Var};
use candle_nn::{AdamW, Optimizer, ParamsAdamW, SGD, loss, ops};

#[path = "../../shared.rs"]
mod shared;
use shared::{Args, WIDTHS};

enum Rule {
    Sgd(SGD),
    Adam(AdamW),
}

struct Network {
    layers: Vec<(Var, Var)>,
    rule: Rule,
}

type Result<T> = candle_core::Result<T>;

impl Network {
    fn new(rule: &str) -> Result<Self> {
        let layer = |pair: &[usize]| -> Result<(Var, Var)> {
            let (n, m) = (pair[0], pair[1]);
            let std = (2.0 / n as f32).sqrt();
            Ok((
                Var::randn(0_f32, std, (n, m), &Device::Cpu)?,
                Var::zeros(m, candle_core::DType::F32, &Device::Cpu)?,
            ))
        };
        let layers: Vec<(Var, Var)> = WIDTHS.windows(2).map(layer).collect::<Result<_>>()?;
        let vars = layers.iter().flat_map(|(w, b)| [w.clone(), b.clone()]).collect();
        let lr = shared::rate(rule);
        let params = ParamsAdamW { lr, eps: 1e-7, weight_decay: 0.0, ..Default::default() };
        let rule = match rule {
            "sgd" => Rule::Sgd(SGD::new(vars, lr)?),
            "adam" => Rule::Adam(AdamW::new(vars, params)?),
            other => panic!("candle has no {other}"),
        };
        Ok(Self { layers, rule })
    }

    fn scores(&self, x: &Tensor, detached: bool) -> Result<Tensor> {
        let mut x = x.clone();
        for (i, (w, b)) in self.layers.iter().enumerate() {
            let (w, b) = if detached {
                (w.as_detached_tensor(), b.as_detached_tensor())
            } else {
                (w.as_tensor().clone(), b.as_tensor().clone())
            };
            x = x.matmul(&w)?.broadcast_add(&b)?;
            if i + 1 < self.layers.len() {
                x = x.relu()?;
            }
        }
        Ok(x)
    }

    fn loss_of(&self, (x, t): &(Tensor, Tensor), detached: bool) -> Result<Tensor> {
        loss::nll(&ops::log_softmax(&self.scores(x, detached)?, D::Minus1)?, t)
    }
}

impl shared::Network for Network {
    type Batch = (Tensor, Tensor);

    fn step(&mut self, batch: &Self::Batch) {
        let loss = self.loss_of(batch, false).expect("shapes fit");
        match &mut self.rule {
            Rule::Sgd(rule) => rule.backward_step(&loss),
            Rule::Adam(rule) => rule.backward_step(&loss),
        }
        .expect("gradients of all variables");
    }

    fn loss(&mut self, batch: &Self::Batch) -> f64 {
        let loss = self.loss_of(batch, true).and_then(|loss| loss.to_scalar::<f32>());
        f64::from(loss.expect("a number"))
    }

    fn correct(&mut self, x: &[f32], labels: &[i64]) -> usize {
        let hits = Tensor::from_slice(x, (labels.len(), 784), &Device::Cpu)
            .and_then(|x| self.scores(&x, true)?.argmax(D::Minus1)?.to_vec1::<u32>())
            .expect("shapes fit");
        hits.iter().zip(labels).filter(|&(&hit, &label)| i64::from(hit) == label).count()
    }
}

fn main() {
    let args = Args::parse();
    let train = shared::load("train");
    let batch = |chosen: &[i64]| {
        let (x, labels) = train.gather(chosen);
        let labels: Vec<u32> = labels.into_iter().map(|label| label as u32).collect();
        let tensors = Tensor::from_vec(x, (chosen.len(), 784), &Device::Cpu)
            .and_then(|x| Ok((x, Tensor::from_vec(labels, chosen.len(), &Device::Cpu)?)));
        tensors.expect("shapes fit")
    };
    let network = |rule: &str| Network::new(rule).expect("fixed settings");
    shared::run(&args, "candle 0.11, gemm", &train, batch, network);
}
