//! libtorch through tch. AdaGrad, which tch does not have, is written with tensor operations.

use tch::nn::{self, Module, OptimizerConfig};
use tch::{Device, Kind, Tensor, no_grad};

#[path = "../../shared.rs"]
mod shared;
use shared::{Args, Samples, WIDTHS};

enum Rule {
    Tch(nn::Optimizer),
    AdaGrad { params: Vec<Tensor>, sums: Vec<Tensor> },
}

struct Network {
    layers: nn::Sequential,
    rule: Rule,
    // The parameters live here.
    _store: nn::VarStore,
}

impl Network {
    fn new(rule: &str) -> Self {
        let store = nn::VarStore::new(Device::Cpu);
        let root = store.root();
        let mut layers = nn::seq();
        for (i, pair) in WIDTHS.windows(2).enumerate() {
            let (n, m) = (pair[0] as i64, pair[1] as i64);
            let config = nn::LinearConfig {
                ws_init: nn::Init::Randn { mean: 0.0, stdev: (2.0 / n as f64).sqrt() },
                bs_init: Some(nn::Init::Const(0.0)),
                bias: true,
            };
            layers = layers.add(nn::linear(&root / i, n, m, config));
            if m != 10 {
                layers = layers.add_fn(Tensor::relu);
            }
        }
        let lr = shared::rate(rule);
        let fits = "an optimizer of libtorch";
        let rule = match rule {
            "sgd" => Rule::Tch(nn::Sgd::default().build(&store, lr).expect(fits)),
            "momentum" => Rule::Tch(
                nn::Sgd { momentum: 0.9, ..Default::default() }.build(&store, lr).expect(fits),
            ),
            "adam" => Rule::Tch(
                nn::Adam { eps: 1e-7, ..Default::default() }.build(&store, lr).expect(fits),
            ),
            _ => {
                let params = store.trainable_variables();
                Rule::AdaGrad { sums: params.iter().map(Tensor::zeros_like).collect(), params }
            }
        };
        Self { layers, rule, _store: store }
    }
}

impl shared::Network for Network {
    type Batch = (Tensor, Tensor);

    fn step(&mut self, (x, t): &Self::Batch) {
        let loss = self.layers.forward(x).cross_entropy_for_logits(t);
        match &mut self.rule {
            Rule::Tch(optimizer) => optimizer.backward_step(&loss),
            Rule::AdaGrad { params, sums } => {
                params.iter_mut().for_each(|p| p.zero_grad());
                loss.backward();
                no_grad(|| {
                    for (p, h) in params.iter_mut().zip(sums) {
                        let g = p.grad();
                        let _ = h.addcmul_(&g, &g);
                        let _ = p.addcdiv_(&(g * -0.01), &(h.sqrt() + 1e-7));
                    }
                });
            }
        }
    }

    fn loss(&mut self, (x, t): &Self::Batch) -> f64 {
        no_grad(|| self.layers.forward(x).cross_entropy_for_logits(t).double_value(&[]))
    }

    fn correct(&mut self, x: &[f32], labels: &[i64]) -> usize {
        let x = Tensor::from_slice(x).view([-1, 784]);
        let hits = no_grad(|| self.layers.forward(&x).argmax(1, false));
        hits.eq_tensor(&Tensor::from_slice(labels)).sum(Kind::Int64).int64_value(&[]) as usize
    }
}

fn main() {
    let args = Args::parse();
    tch::set_num_threads(args.threads as i32);
    tch::manual_seed(0);
    let train = shared::load("train");
    let x = Tensor::from_slice(&train.x).view([-1, 784]);
    let labels = Tensor::from_slice(&train.labels);
    let batch = |chosen: &[i64]| {
        let chosen = Tensor::from_slice(chosen);
        (x.index_select(0, &chosen), labels.index_select(0, &chosen))
    };
    let train: &Samples = &train;
    shared::run(&args, concat!("libtorch through tch ", "0.26"), train, batch, Network::new);
}
