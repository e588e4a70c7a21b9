// SPDX-License-Identifier: GPL-2.0
/* Resets and refusals in another's name. */

#include <linux/icmp.h>
#include <linux/icmpv6.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/netfilter.h>
#include <linux/percpu.h>
#include <linux/tcp.h>
#include <net/ip6_checksum.h>
#include <net/netfilter/nf_conntrack.h>
#include <net/netfilter/ipv4/nf_reject.h>
#include <net/netfilter/ipv6/nf_reject.h>
#include <net/tcp.h>

#include "answer.h"
#include "core/refusal.h"
#include "normalise.h"

static DEFINE_PER_CPU(bool, answering);

bool sluice_answer_is_made(void)
{
	return this_cpu_read(answering);
}

/* ---- Beginnings that were denied ---- */

/* What was sent to another host and only came past is nobody's to answer. */
static u32 refusal_of(const struct sluice_case *c, const struct sk_buff *skb,
		      enum sluice_reason reason)
{
	if (!c->generation || c->facts.port > c->generation->ports || skb->pkt_type != PACKET_HOST)
		return SLUICE_REFUSAL_SILENT;
	return sluice_refusal(&c->generation->image, &c->facts, c->answer.source_zone, reason);
}

/* Each port has its own: a flood by one must not cost the others their answers. */
static bool take(const struct sluice_case *c)
{
	u64 *due = &c->generation->answers_due[c->facts.port];
	bool pass;

	spin_lock_bh(&c->sn->errors_lock);
	pass = sluice_bucket_take(due, ktime_get_coarse_ns(), SLUICE_ANSWER_INTERVAL, 1);
	spin_unlock_bh(&c->sn->errors_lock);
	return pass;
}

/* The stack finds the way back for a packet that it has not routed yet. */
static int place_of(const struct sluice_case *c)
{
	switch (c->layer) {
	case SLUICE_LAYER_INGRESS:
		return NF_INET_INGRESS;
	case SLUICE_LAYER_LOCAL_IN:
		return NF_INET_LOCAL_IN;
	default:
		return NF_INET_FORWARD;
	}
}

static void send_reset(const struct sluice_case *c, struct sk_buff *skb)
{
	if (c->facts.family == 4)
		nf_send_reset(c->sn->net, NULL, skb, place_of(c));
	else
		nf_send_reset6(c->sn->net, NULL, skb, place_of(c));
}

static void send_refusal(const struct sluice_case *c, struct sk_buff *skb, u32 refusal)
{
	if (refusal == SLUICE_REFUSAL_RESET)
		send_reset(c, skb);
	else if (c->facts.family == 4)
		nf_send_unreach(skb, ICMP_PKT_FILTERED, place_of(c));
	else
		nf_send_unreach6(c->sn->net, skb, ICMPV6_ADM_PROHIBITED, place_of(c));
}

void sluice_answer(const struct sluice_case *c, struct sk_buff *skb, enum sluice_reason reason)
{
	u32 refusal = refusal_of(c, skb, reason);

	if (refusal == SLUICE_REFUSAL_SILENT || !take(c))
		return;
	local_bh_disable();
	this_cpu_write(answering, true);
	send_refusal(c, skb, refusal);
	this_cpu_write(answering, false);
	local_bh_enable();
	this_cpu_inc(c->generation->port_counts[c->facts.port].answered);
}

/* ---- A flow whose budget is spent ---- */

static void seal_reset(struct sk_buff *skb, u32 family, struct tcphdr *tcp)
{
	sluice_normalise_ip(skb, family);
	tcp->check = 0;
	if (family == 4)
		tcp->check = tcp_v4_check(sizeof(*tcp), ip_hdr(skb)->saddr, ip_hdr(skb)->daddr,
					  csum_partial(tcp, sizeof(*tcp), 0));
	else
		tcp->check = csum_ipv6_magic(&ipv6_hdr(skb)->saddr, &ipv6_hdr(skb)->daddr,
					     sizeof(*tcp), IPPROTO_TCP,
					     csum_partial(tcp, sizeof(*tcp), 0));
}

int sluice_answer_become_reset(struct sk_buff *skb, u32 family, u32 sent)
{
	u32 header = family == 4 ? ip_hdrlen(skb) : sizeof(struct ipv6hdr);
	u32 start = skb_network_offset(skb) + header;
	struct tcphdr *tcp;

	if (skb->len < start + sizeof(*tcp) || skb_ensure_writable(skb, start + sizeof(*tcp)) ||
	    pskb_trim(skb, start + sizeof(*tcp)))
		return -ENOMEM;
	skb_gso_reset(skb);
	skb->ip_summed = CHECKSUM_NONE;
	tcp = (struct tcphdr *)(skb->data + start);
	/* A SYN is refused by its number, which is acknowledged (RFC 9293, 3.10.7.3); else ours counts. */
	if (tcp->syn) {
		tcp->seq = 0;
		tcp->ack_seq = htonl(sent);
		tcp_flag_word(tcp) = TCP_FLAG_RST | TCP_FLAG_ACK;
	} else {
		tcp->ack_seq = 0;
		tcp_flag_word(tcp) = TCP_FLAG_RST;
	}
	tcp->doff = sizeof(*tcp) / 4;
	tcp->urg_ptr = 0;
	if (family == 4)
		ip_hdr(skb)->tot_len = htons(header + sizeof(*tcp));
	else
		ipv6_hdr(skb)->payload_len = htons(sizeof(*tcp));
	seal_reset(skb, family, tcp);
	return 0;
}

/* The number behind the last byte that who began has sent. */
static bool sent_number(const struct sk_buff *skb, u32 *sent)
{
	enum ip_conntrack_info info;
	struct nf_conn *ct = nf_ct_get(skb, &info);

	if (!ct || nf_ct_protonum(ct) != IPPROTO_TCP)
		return false;
	spin_lock_bh(&ct->lock);
	*sent = ct->proto.tcp.seen[IP_CT_DIR_ORIGINAL].td_end;
	spin_unlock_bh(&ct->lock);
	return true;
}

bool sluice_answer_reset(const struct sluice_case *c, struct sk_buff *skb)
{
	u32 sent;

	if (c->facts.protocol != IPPROTO_TCP || c->facts.kind != SLUICE_KIND_PLAIN ||
	    c->layer != SLUICE_LAYER_FORWARD || !sent_number(skb, &sent))
		return false;
	/* First to who answers, by the numbers of his own segment; they are gone afterwards. */
	local_bh_disable();
	this_cpu_write(answering, true);
	send_reset(c, skb);
	this_cpu_write(answering, false);
	local_bh_enable();
	return !sluice_answer_become_reset(skb, c->facts.family, sent);
}
