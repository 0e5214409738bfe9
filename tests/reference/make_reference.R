# Makes expected.json from the CSV files beside it: run `Rscript make_reference.R` in this folder.
# Functions of packages wherever there is one; formulas from the literature where there is none.
suppressPackageStartupMessages({
  library(survey); library(psych); library(multilevel); library(lme4); library(lavaan)
  library(metafor); library(ordinal); library(sandwich); library(survival); library(jsonlite)
})
options(survey.lonely.psu = "fail", digits = 17)
read <- function(name) read.csv(paste0(name, ".csv"), stringsAsFactors = FALSE)
est <- function(m, df, level = 0.95) {
  e <- as.numeric(coef(m)); s <- as.numeric(SE(m)); q <- qt((1 + level) / 2, df)
  list(estimate = e, se = s, lower = e - q * s, upper = e + q * s, df = df)
}
out <- list()

# --- one council: means, shares, domains, post-strata, panels -----------------------------------
d <- read("council"); N <- 47; n <- nrow(d); d$N <- N
srs <- svydesign(id = ~1, fpc = ~N, data = d)
out$mean_fpc <- est(svymean(~before, srs), degf(srs))
out$mean_culture <- with(t.test(d$before), list(estimate = unname(estimate), se = stderr,
                         lower = conf.int[1], upper = conf.int[2], df = unname(parameter)))
ci <- function(p) list(estimate = as.numeric(p), lower = attr(p, "ci")[[1]], upper = attr(p, "ci")[[2]])
out$share_logit <- ci(svyciprop(~yes, srs, method = "logit"))
out$share_beta <- ci(svyciprop(~yes, srs, method = "beta"))
women <- subset(srs, gender == "k")
m <- svymean(~before, women)
out$domain <- list(estimate = as.numeric(coef(m)), se = as.numeric(SE(m)), n = sum(d$gender == "k"))
targets <- data.frame(bloc = c("a", "b", "c"), Freq = c(20, 17, 10))
post <- postStratify(srs, ~bloc, targets)
m <- svymean(~before, post)
out$post_stratified <- list(estimate = as.numeric(coef(m)), se = as.numeric(SE(m)))
out$panel_change <- est(svymean(~I(after - before), srs), degf(srs))
# A panel in part: the first 20 answered before, the last 22 after; 11 answered in both waves.
# Variance of Tam (1984), with the covariance of those who answered twice.
one <- 1:20; two <- 10:31; both <- intersect(one, two)
v1 <- (1 - 20 / N) * var(d$before[one]) / 20; v2 <- (1 - 22 / N) * var(d$after[two]) / 22
s12 <- cov(d$before[both], d$after[both])
out$overlap_change <- list(estimate = mean(d$after[two]) - mean(d$before[one]),
  se = sqrt(v1 + v2 - 2 * (length(both) / (20 * 22) - 1 / N) * s12))
w <- t.test(d$before[d$gender == "k"], d$before[d$gender == "m"])
out$welch <- list(estimate = unname(w$estimate[1] - w$estimate[2]), se = w$stderr,
  df = unname(w$parameter), lower = w$conf.int[1], upper = w$conf.int[2], p_value = w$p.value)
hyper <- function(x, n, N, a = 0.05) {
  K <- x:(N - (n - x)); keep <- phyper(x - 1, K, N - K, n, lower.tail = FALSE) >= a / 2 * (1 - 1e-10) &
    phyper(x, K, N - K, n) >= a / 2 * (1 - 1e-10)
  range(K[keep]) / N
}
grid <- rbind(c(8, 15, 27), c(0, 9, 19), c(9, 9, 19), c(3, 12, 17), c(30, 41, 59), c(1, 40, 43))
out$hypergeometric <- lapply(seq_len(nrow(grid)), function(i) {
  g <- grid[i, ]; h <- hyper(g[1], g[2], g[3])
  list(successes = g[1], n = g[2], population = g[3], lower = h[1], upper = h[2])
})
b <- binom.test(8, 15)$conf.int
out$clopper_pearson <- list(successes = 8, n = 15, lower = b[1], upper = b[2])

# --- residents: strata, weights, clusters, raking ------------------------------------------------
r <- read("residents")
size <- c(n = 5200, s = 3100, v = 2400, o = 800)
r$N <- size[r$stratum]; r$w <- r$N / as.numeric(table(r$stratum)[r$stratum])
str_design <- svydesign(id = ~1, strata = ~stratum, weights = ~w, fpc = ~N, data = r)
out$stratified <- est(svymean(~y, str_design), degf(str_design))
r$all <- sum(size)
wtd <- svydesign(id = ~1, weights = ~weight, fpc = ~all, data = r)
out$weighted <- est(svymean(~y, wtd), degf(wtd))
out$weighted_share_logit <- ci(svyciprop(~yes, wtd, method = "logit"))
out$weighted_share_beta <- ci(svyciprop(~yes, wtd, method = "beta"))
r$M <- c(n = 40, s = 30, v = 25, o = 12)[r$stratum]
clu <- svydesign(id = ~cluster, strata = ~stratum, weights = ~weight, fpc = ~M, data = r)
out$clustered <- est(svymean(~y, clu), degf(clu))
plain <- svydesign(id = ~1, weights = ~weight, data = r)
age <- data.frame(age = c("18-39", "40-66", "67+"), Freq = c(4000, 5000, 2500))
edu <- data.frame(education = c("low", "high"), Freq = c(6500, 5000))
# survey's rake() takes residuals as if the weights before had been equal; calibrate() does not. Both are
# asked where they are right: calibrate with unequal weights, rake with equal ones.
raked <- calibrate(plain, list(~age, ~education), list(age, edu), calfun = "raking", maxit = 500, epsilon = 1e-13)
m <- svymean(~y, raked)
out$raked <- list(weights = as.numeric(weights(raked)), estimate = as.numeric(coef(m)), se = as.numeric(SE(m)))
r$one <- 1
equal <- svydesign(id = ~1, weights = ~one, data = r)
raked <- rake(equal, list(~age, ~education), list(age, edu), control = list(maxit = 500, epsilon = 1e-13))
m <- svymean(~y, raked)
out$raked_equal <- list(weights = as.numeric(weights(raked)), estimate = as.numeric(coef(m)), se = as.numeric(SE(m)))

# --- many cells at once ---------------------------------------------------------------------------
k <- read("cells")
by <- svydesign(id = ~1, strata = ~council, fpc = ~size, data = k)
out$cells <- lapply(c("a", "b", "c"), function(v) {
  s <- svyby(as.formula(paste0("~", v)), ~council, by, svymean)
  list(estimate = s[[v]], se = s$se)
})
fit <- lm(a ~ council, data = k)
out$pooled_sd <- list(sd = summary(fit)$sigma, df = fit$df.residual)

# --- scales ---------------------------------------------------------------------------------------
s <- read("scales"); items <- s[, -1]
a <- suppressWarnings(psych::alpha(items))
f <- psych::alpha.ci(a$total$raw_alpha, n.obs = nrow(items), n.var = 5, p.val = 0.05)
out$alpha <- list(estimate = a$total$raw_alpha, if_dropped = a$alpha.drop$raw_alpha,
                  lower = f$lower.ci, upper = f$upper.ci)
whole <- items[complete.cases(items), ]
ac <- suppressWarnings(psych::alpha(whole))
out$alpha_complete <- list(estimate = ac$total$raw_alpha, item_rest = ac$item.stats$r.drop)
cfa_fit <- cfa("F =~ l1*i1 + l2*i2 + l3*i3 + l4*i4 + l5*i5
  i1 ~~ e1*i1\n i2 ~~ e2*i2\n i3 ~~ e3*i3\n i4 ~~ e4*i4\n i5 ~~ e5*i5
  omega := (l1+l2+l3+l4+l5)^2 / ((l1+l2+l3+l4+l5)^2 + e1+e2+e3+e4+e5)",
  data = whole, std.lv = TRUE)
p <- parameterEstimates(cfa_fit)
o <- p[p$label == "omega", ]
out$omega <- list(estimate = o$est, se = o$se, lower = o$ci.lower, upper = o$ci.upper,
                  loadings = p$est[p$op == "=~"])
full <- s[complete.cases(s), ]
rw <- rwg.j(full[, -1], full$group, ranvar = (5^2 - 1) / 12)
rl <- rwg.j.lindell(full[, -1], full$group, ranvar = (5^2 - 1) / 12)
out$rwg <- list(groups = as.character(rw$grpid), estimate = rw$rwg.j, lindell = rl$rwg.lindell, n = rw$gsize)
full$score <- rowMeans(full[, -1])
tab <- aov(score ~ as.factor(group), data = full)
out$icc <- list(icc1 = ICC1(tab), icc2 = ICC2(tab), f = summary(tab)[[1]][1, 4], p_value = summary(tab)[[1]][1, 5])
lm_fit <- lmer(score ~ 1 + (1 | group), data = full, REML = TRUE,
  control = lmerControl(optimizer = "bobyqa", optCtrl = list(rhobeg = 0.01, rhoend = 1e-12, maxfun = 1e5)))
re <- ranef(lm_fit, condVar = TRUE)$group
out$random_intercept <- list(grand_mean = fixef(lm_fit)[[1]], grand_mean_se = sqrt(vcov(lm_fit)[1, 1]),
  between = VarCorr(lm_fit)$group[1], within = sigma(lm_fit)^2, groups = rownames(re),
  estimate = fixef(lm_fit)[[1]] + re[, 1], se = sqrt(as.numeric(attr(re, "postVar"))))
half1 <- whole[seq(1, nrow(whole), 2), ]; half2 <- whole[seq(2, nrow(whole), 2), ]
load <- function(x) { q <- parameterEstimates(cfa("F =~ i1+i2+i3+i4+i5", data = x, std.lv = TRUE)); q$est[q$op == "=~"] }
out$congruence <- factor.congruence(matrix(load(half1)), matrix(load(half2)), digits = 15)[1, 1]
out$kendall <- cor(colMeans(half1), colMeans(half2), method = "kendall")

# --- partial pooling of areas: A, beta and EBLUP by metafor; MSE of Datta and Lahiri (2000) --------
ar <- read("areas")
fh <- rma.uni(y, variance, mods = ~x, data = ar, method = "REML", control = list(threshold = 1e-14, maxiter = 10000))
pr <- blup(fh); A <- fh$tau2; X <- cbind(1, ar$x); V <- ar$variance
Q <- solve(t(X) %*% (X / (A + V)))
g1 <- A * V / (A + V); g2 <- (V / (A + V))^2 * rowSums((X %*% Q) * X)
g3 <- V^2 / (A + V)^3 * 2 / sum(1 / (A + V)^2)
out$fay_herriot <- list(area_variance = A, beta = as.numeric(fh$beta), beta_se = sqrt(diag(Q)),
  estimate = pr$pred, mse = g1 + g2 + 2 * g3)

# --- an ordered item -------------------------------------------------------------------------------
od <- read("ordinal"); od$answer <- ordered(od$answer)
cl <- clm(answer ~ leader + years, data = od, link = "logit", control = clm.control(gradTol = 1e-12, maxIter = 500))
v <- vcovCL(cl, cluster = od$group, type = "HC1")
out$ordinal <- list(estimate = as.numeric(cl$beta), thresholds = as.numeric(cl$alpha),
  se = as.numeric(sqrt(diag(v))[c("leader", "years")]))

# --- coders ----------------------------------------------------------------------------------------
# Krippendorff's alpha from its definition, pair by pair; irr is not used: its function errs with more
# than two coders and no missing values.
co <- read("coders"); M <- t(as.matrix(co[, c("c1", "c2", "c3", "c4")]))
kripp <- function(M, delta) {
  pairable <- colSums(!is.na(M)) >= 2; M <- M[, pairable]; values <- M[!is.na(M)]; n <- length(values)
  Do <- 0
  for (u in seq_len(ncol(M))) {
    x <- M[!is.na(M[, u]), u]; m <- length(x)
    for (i in seq_len(m)) for (j in seq_len(m)) if (i != j) Do <- Do + delta(x[i], x[j], values) / (m - 1)
  }
  De <- 0
  for (i in seq_len(n)) De <- De + sum(sapply(values, function(z) delta(values[i], z, values)))
  1 - (Do / n) / (De / (n * (n - 1)))
}
nominal <- function(a, b, v) as.numeric(a != b)
interval <- function(a, b, v) (a - b)^2
ratio <- function(a, b, v) if (a + b == 0) 0 else ((a - b) / (a + b))^2
ordinal_d <- function(a, b, v) { lo <- min(a, b); hi <- max(a, b)
  (sum(v >= lo & v <= hi) - (sum(v == lo) + sum(v == hi)) / 2)^2 * (lo != hi) }
out$krippendorff <- list(nominal = kripp(M, nominal), ordinal = kripp(M, ordinal_d),
                         interval = kripp(M, interval), ratio = kripp(M, ratio))
pair <- co[, c("f1", "f2")]
ck <- cohen.kappa(pair)
# psych gives another standard error for the weighted kappa than the formula of Fleiss, Cohen and Everitt
# (1969), which is used here; for the unweighted one both agree.
P <- prop.table(table(factor(pair$f1, 1:4), factor(pair$f2, 1:4)))
W <- 1 - outer(1:4, 1:4, "-")^2 / 9
pe_w <- sum(W * outer(rowSums(P), colSums(P)))
spread <- outer(as.numeric(W %*% colSums(P)), as.numeric(t(W) %*% rowSums(P)), "+")
kw <- ck$weighted.kappa
out$cohen <- list(estimate = ck$kappa, se = sqrt(ck$var.kappa), weighted = kw,
  weighted_se = sqrt((sum(P * (W - spread * (1 - kw))^2) - (kw - pe_w * (1 - kw))^2) / (nrow(pair) * (1 - pe_w)^2)))
F <- t(apply(co[, c("f1", "f2", "f3", "f4")], 1, function(z) tabulate(z, 4)))
pj <- colSums(F) / sum(F); Pi <- rowSums(F * (F - 1)) / 12
out$fleiss <- (mean(Pi) - sum(pj^2)) / (1 - sum(pj^2))
pe <- sum(pj * (1 - pj)) / 3
out$gwet <- (mean(Pi) - pe) / (1 - pe)
ic <- psych::ICC(co[, c("s1", "s2", "s3")], lmer = FALSE)$results
out$icc_coders <- list(single = ic$ICC[2], single_lower = ic$`lower bound`[2], single_upper = ic$`upper bound`[2],
  average = ic$ICC[5])

# --- months to an event; many comparisons ------------------------------------------------------------
ev <- read("events")
sf <- survfit(Surv(months, adopted) ~ 1, data = ev)
q <- quantile(sf, 0.5)
out$survival <- list(estimate = unname(q$quantile), lower = unname(q$lower), upper = unname(q$upper),
  times = sf$time[sf$n.event > 0], survival = sf$surv[sf$n.event > 0], greenwood = (sf$surv * sf$std.err)[sf$n.event > 0])
pv <- c(0.001, 0.2, 0.013, 0.04, 0.9, 0.0004, 0.051, 0.3, 0.04)
out$benjamini_hochberg <- list(p = pv, adjusted = p.adjust(pv, "BH"))

packages <- c("survey", "psych", "multilevel", "lme4", "lavaan", "metafor", "ordinal", "sandwich", "survival", "jsonlite")
out$versions <- c(list(R = as.character(getRversion())),
  setNames(lapply(packages, function(p) as.character(packageVersion(p))), packages))
writeLines(toJSON(out, digits = I(17), auto_unbox = TRUE, pretty = TRUE), "expected.json")
