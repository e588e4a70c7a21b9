// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A policy as a drawing; see graph.h.
 *
 *	 isolated |   control        |  dmz   |  enterprise        |  internet |  gateways
 *	 (fenced) | bay-1 | station  |  dmz   |  it      | cloud   |           |  gw-1
 *	          |   o------------------->                                        conduit, ends, services
 *	          |                  |   o-------->                                one row each
 *
 * Zones are columns, in bands by level; every conduit has a row of its own, so nothing ever
 * overlaps however large the plant is.
 */
#include <ctype.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "../lib/memory.h"
#include "graph.h"

#define MARGIN 28
#define COLUMN 176
#define TITLE_HEIGHT 74
#define HEAD_HEIGHT 142
#define ROW_HEIGHT 50
#define LEGEND_HEIGHT 56
#define BOX_INSET 9
#define ADDRESSES_SHOWN 3
#define TEXT_SHOWN 26			/* characters that fit into a box */
#define CHARACTER_WIDTH 6.3		/* of the small label font, measured generously */

#define BANDS 6				/* isolated, four levels, gateways */
#define BAND_GATEWAYS 5

struct band {
	const char *title;
	const char *fill;
	const char *edge;
};

static const struct band bands[BANDS] = {
	{ "ISOLATED", "#fbe9e7", "#c62828" },
	{ "CONTROL", "#e3f1e5", "#2e7d32" },
	{ "DMZ", "#fff4dc", "#b26a00" },
	{ "ENTERPRISE", "#e4edf9", "#1f5fa8" },
	{ "INTERNET", "#efe7f6", "#6a3fa0" },
	{ "GATEWAY", "#eceff1", "#455a64" },
};

struct drawing {
	FILE *out;
	const struct sluice_policy *policy;
	const struct sluice_conduit_count *counts;
	size_t *column;			/* by zone, then by gateway */
	size_t columns;
	size_t first[BANDS + 1];	/* columns of each band */
	size_t rows;
	double width;
	double height;
};

/* Text */

static void write_text(FILE *out, const char *text)
{
	for (; *text; text++) {
		switch (*text) {
		case '<':
			fputs("&lt;", out);
			break;
		case '>':
			fputs("&gt;", out);
			break;
		case '&':
			fputs("&amp;", out);
			break;
		case '"':
			fputs("&quot;", out);
			break;
		default:
			fputc(*text, out);
		}
	}
}

static void label(struct drawing *drawing, double x, double y, const char *class, const char *text)
{
	fprintf(drawing->out, "<text x=\"%.1f\" y=\"%.1f\" class=\"%s\">", x, y, class);
	write_text(drawing->out, text);
	fputs("</text>\n", drawing->out);
}

static size_t text_width(const char *text)
{
	size_t width = 0;

	for (; *text; text++)
		width += (*text & 0xc0) != 0x80;
	return width;
}

/* Cut to what a box holds; never inside a character. */
static char *cut_text(const char *text, size_t limit)
{
	size_t shown = 0, bytes = 0;

	if (text_width(text) <= limit)
		return sluice_copy_text(text);
	for (; text[bytes] && shown < limit - 1; bytes++)
		shown += (text[bytes + 1] & 0xc0) != 0x80;
	return sluice_format("%.*s\xe2\x80\xa6", (int)bytes, text);
}

/* Columns */

static size_t band_of(const struct sluice_zone *zone)
{
	return zone->isolated ? 0 : zone->level;
}

static double center(const struct drawing *drawing, size_t column)
{
	return MARGIN + COLUMN * ((double)column + 0.5);
}

static void place_columns(struct drawing *drawing)
{
	const struct sluice_policy *policy = drawing->policy;

	drawing->column = sluice_allocate(policy->zones + policy->gateways,
					  sizeof(*drawing->column));
	for (size_t band = 0; band < BAND_GATEWAYS; band++) {
		drawing->first[band] = drawing->columns;
		for (size_t i = 0; i < policy->zones; i++)
			if (band_of(&policy->zone[i]) == band)
				drawing->column[i] = drawing->columns++;
	}
	drawing->first[BAND_GATEWAYS] = drawing->columns;
	for (size_t i = 0; i < policy->gateways; i++)
		drawing->column[policy->zones + i] = drawing->columns++;
	drawing->first[BANDS] = drawing->columns;
}

/* Heads of columns */

static void draw_box(struct drawing *drawing, size_t column, const struct band *band, bool dashed,
		     const char *name)
{
	char *shown = cut_text(name, 20);

	fprintf(drawing->out,
		"<rect x=\"%.1f\" y=\"%d\" width=\"%d\" height=\"%d\" rx=\"7\" fill=\"#ffffff\" stroke=\"%s\" stroke-width=\"1.6\"%s/>\n",
		center(drawing, column) - COLUMN / 2.0 + BOX_INSET, TITLE_HEIGHT + 30,
		COLUMN - 2 * BOX_INSET, HEAD_HEIGHT - 44, band->edge,
		dashed ? " stroke-dasharray=\"6 4\"" : "");
	label(drawing, center(drawing, column), TITLE_HEIGHT + 50, "zone", shown);
	free(shown);
}

static void box_line(struct drawing *drawing, size_t column, unsigned int line, const char *class,
		     const char *text)
{
	char *shown = cut_text(text, TEXT_SHOWN);

	label(drawing, center(drawing, column), TITLE_HEIGHT + 66 + 14 * line, class, shown);
	free(shown);
}

static char *list_ports(const struct sluice_policy *policy, size_t zone)
{
	char *text = sluice_copy_text("");

	for (size_t i = 0; i < policy->gateways; i++) {
		for (size_t j = 0; j < policy->gateway[i].ports; j++) {
			const struct sluice_port *port = &policy->gateway[i].port[j];
			char *longer;

			if (port->zone != zone)
				continue;
			longer = port->tag ?
				sluice_format("%s%s%s.%u", text, *text ? ", " : "", port->device,
					      port->tag) :
				sluice_format("%s%s%s", text, *text ? ", " : "", port->device);
			free(text);
			text = longer;
		}
	}
	return text;
}

static void draw_ports(struct drawing *drawing, size_t index, unsigned int line)
{
	const struct sluice_zone *zone = &drawing->policy->zone[index];
	char *ports = list_ports(drawing->policy, index);
	char *text;

	if (zone->via)
		text = sluice_format("behind %s", zone->via);
	else if (*ports)
		text = sluice_format("%s %s", zone->isolated ? "fenced:" : "port", ports);
	else
		text = sluice_copy_text("no network path");
	box_line(drawing, drawing->column[index], line, "port", text);
	free(text);
	free(ports);
}

static void draw_zone(struct drawing *drawing, size_t index)
{
	const struct sluice_zone *zone = &drawing->policy->zone[index];
	size_t column = drawing->column[index], shown = zone->written.count;
	char text[SLUICE_SPAN_TEXT];
	unsigned int line = 0;

	draw_box(drawing, column, &bands[band_of(zone)], zone->via, zone->name);
	if (shown > ADDRESSES_SHOWN)
		shown = ADDRESSES_SHOWN - 1;
	for (size_t i = 0; i < shown; i++)
		box_line(drawing, column, line++, "small",
			 sluice_span_print(&zone->written.span[i], text));
	if (shown < zone->written.count) {
		char *more = sluice_format("and %zu more", zone->written.count - shown);

		box_line(drawing, column, line++, "small", more);
		free(more);
	}
	draw_ports(drawing, index, ADDRESSES_SHOWN);
}

static void draw_gateway(struct drawing *drawing, size_t index)
{
	const struct sluice_gateway *gateway = &drawing->policy->gateway[index];
	size_t column = drawing->column[drawing->policy->zones + index];
	char *ports = sluice_format("%zu ports", gateway->ports);

	draw_box(drawing, column, &bands[BAND_GATEWAYS], false, gateway->name);
	box_line(drawing, column, 0, "small",
		 gateway->layers & SLUICE_LAYER_BIT_XDP ? "XDP gate" : "no XDP gate");
	box_line(drawing, column, 1, "small",
		 gateway->layers & SLUICE_LAYER_BIT_MODULE ? "kernel module" : "no kernel module");
	box_line(drawing, column, 2, "small",
		 gateway->layers & SLUICE_LAYER_BIT_NFTABLES ? "nftables floor" :
							       "no nftables floor");
	box_line(drawing, column, 3, "port", ports);
	free(ports);
}

/* Bands */

static void draw_bands(struct drawing *drawing)
{
	double bottom = drawing->height - LEGEND_HEIGHT;

	for (size_t i = 0; i < BANDS; i++) {
		double x = MARGIN + COLUMN * (double)drawing->first[i];
		double width = COLUMN * (double)(drawing->first[i + 1] - drawing->first[i]);

		if (!width)
			continue;
		fprintf(drawing->out,
			"<rect x=\"%.1f\" y=\"%d\" width=\"%.1f\" height=\"%.1f\" fill=\"%s\"/>\n",
			x, TITLE_HEIGHT, width, bottom - TITLE_HEIGHT,
			i ? bands[i].fill : "url(#fence)");
		if (!i)
			fprintf(drawing->out,
				"<rect x=\"%.1f\" y=\"%d\" width=\"%.1f\" height=\"%.1f\" fill=\"none\" stroke=\"%s\" stroke-width=\"3\" stroke-dasharray=\"2 7\" stroke-linecap=\"round\"/>\n",
				x + 2, TITLE_HEIGHT + 2, width - 4, bottom - TITLE_HEIGHT - 4,
				bands[i].edge);
		fprintf(drawing->out, "<g fill=\"%s\">", bands[i].edge);
		label(drawing, x + width / 2, TITLE_HEIGHT + 20, "band", bands[i].title);
		fputs("</g>\n", drawing->out);
	}
}

static void draw_lifelines(struct drawing *drawing)
{
	for (size_t i = drawing->first[1]; i < drawing->columns; i++)
		fprintf(drawing->out,
			"<line x1=\"%.1f\" y1=\"%d\" x2=\"%.1f\" y2=\"%.1f\" stroke=\"#90a4ae\" stroke-width=\"1\" stroke-dasharray=\"1 4\"/>\n",
			center(drawing, i), TITLE_HEIGHT + HEAD_HEIGHT - 14, center(drawing, i),
			drawing->height - LEGEND_HEIGHT);
}

/* Conduits */

struct arrow {
	size_t *from;			/* columns */
	size_t froms;
	size_t *to;
	size_t tos;
	char *name;
	char *count;
	char *detail;
	bool essential;
	bool bounded;			/* valid only for a time */
};

static double row_y(size_t row)
{
	return TITLE_HEIGHT + HEAD_HEIGHT + ROW_HEIGHT * ((double)row + 0.5) - 4;
}

static void draw_head(struct drawing *drawing, double x, double y, int direction,
		      const char *color)
{
	fprintf(drawing->out, "<path d=\"M%.1f %.1f l%d -5 l0 10 z\" fill=\"%s\"/>\n", x, y,
		-10 * direction, color);
}

static void draw_loop(struct drawing *drawing, double x, double y, const char *color)
{
	fprintf(drawing->out,
		"<path d=\"M%.1f %.1f h46 v7 h-32\" fill=\"none\" stroke=\"%s\" stroke-width=\"1.8\"/>\n",
		x, y, color);
	draw_head(drawing, x + 5, y + 7, -1, color);
}

/* One line over all ends, a dot where the conversation may begin, a head where it may go. */
static void draw_line(struct drawing *drawing, const struct arrow *arrow, double y,
		      const char *color)
{
	size_t low = arrow->from[0], high = arrow->from[0];

	for (size_t i = 0; i < arrow->froms; i++) {
		low = arrow->from[i] < low ? arrow->from[i] : low;
		high = arrow->from[i] > high ? arrow->from[i] : high;
	}
	for (size_t i = 0; i < arrow->tos; i++) {
		double x = center(drawing, arrow->to[i]);

		/* A head for each side from which somebody comes. */
		if (low < arrow->to[i]) {
			fprintf(drawing->out,
				"<line x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\" stroke=\"%s\" stroke-width=\"1.8\"%s/>\n",
				center(drawing, low), y, x - 8, y, color,
				arrow->bounded ? " stroke-dasharray=\"7 4\"" : "");
			draw_head(drawing, x - 1, y, 1, color);
		}
		if (high > arrow->to[i]) {
			fprintf(drawing->out,
				"<line x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\" stroke=\"%s\" stroke-width=\"1.8\"%s/>\n",
				center(drawing, high), y, x + 8, y, color,
				arrow->bounded ? " stroke-dasharray=\"7 4\"" : "");
			draw_head(drawing, x + 1, y, -1, color);
		}
		for (size_t j = 0; j < arrow->froms; j++)
			if (arrow->from[j] == arrow->to[i])
				draw_loop(drawing, x, y, color);
	}
	for (size_t i = 0; i < arrow->froms; i++)
		fprintf(drawing->out, "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"4\" fill=\"%s\"/>\n",
			center(drawing, arrow->from[i]), y, color);
}

static void draw_arrow(struct drawing *drawing, const struct arrow *arrow, size_t row)
{
	const char *color = arrow->essential ? "#0b5d1e" : "#263238";
	size_t left = arrow->from[0];
	double x, y = row_y(row), end;
	const char *separator = *arrow->count ? "  \xc2\xb7  " : "";
	char *title = sluice_format("%s%s%s%s", arrow->name, arrow->essential ? " \xe2\x98\x85" : "",
				    separator, arrow->count);

	for (size_t i = 0; i < arrow->froms; i++)
		left = arrow->from[i] < left ? arrow->from[i] : left;
	for (size_t i = 0; i < arrow->tos; i++)
		left = arrow->to[i] < left ? arrow->to[i] : left;
	x = center(drawing, left) + 12;
	draw_line(drawing, arrow, y, color);
	label(drawing, x, y - 8, "name", title);
	label(drawing, x, y + 16, "detail", arrow->detail);
	end = x + CHARACTER_WIDTH * (double)text_width(arrow->detail) + MARGIN;
	drawing->width = end > drawing->width ? end : drawing->width;
	end = x + 1.15 * CHARACTER_WIDTH * (double)text_width(title) + MARGIN;
	drawing->width = end > drawing->width ? end : drawing->width;
	free(title);
}

static char *join(char *text, const char *separator, const char *more)
{
	char *longer = sluice_format("%s%s%s", text, *text ? separator : "", more);

	free(text);
	return longer;
}

static char *join_names(const struct sluice_names *names)
{
	char *text = sluice_copy_text("");

	for (size_t i = 0; i < names->count; i++)
		text = join(text, ", ", names->name[i]);
	return text;
}

static char *describe_match(const struct sluice_match *match)
{
	const char *word = match->protocol == IPPROTO_TCP ? "tcp" : "udp";

	if (match->protocol == IPPROTO_ICMP)
		return sluice_copy_text("echo");
	if (match->first == match->last)
		return sluice_format("%s/%u", word, match->first);
	return sluice_format("%s/%u-%u", word, match->first, match->last);
}

static char *describe_services(const struct sluice_policy *policy, const size_t *service,
			       const struct sluice_names *names)
{
	char *text = sluice_copy_text("");

	for (size_t i = 0; i < names->count; i++) {
		const struct sluice_service *item = &policy->service[service[i]];
		char *one = describe_match(&item->match[0]);
		char *both = sluice_format("%s %s%s", names->name[i], one,
					   item->matches > 1 ? " \xe2\x80\xa6" : "");

		text = join(text, ", ", both);
		free(one);
		free(both);
	}
	return text;
}

static char *print_number(uint64_t number)
{
	char digits[24], *text = sluice_copy_text("");
	int length = snprintf(digits, sizeof(digits), "%llu", (unsigned long long)number);

	for (int i = 0; i < length;) {
		int step = (length - i) % 3 ? (length - i) % 3 : 3;
		char *group = sluice_format("%.*s", step, digits + i);

		text = join(text, "\xe2\x80\xaf", group);
		free(group);
		i += step;
	}
	return text;
}

static char *describe_count(const struct sluice_conduit_count *count)
{
	char *permitted, *denied, *text;

	if (!count)
		return sluice_copy_text("");
	permitted = print_number(count->permitted);
	denied = print_number(count->denied);
	text = count->denied ? sluice_format("%s passed, %s denied", permitted, denied) :
			       sluice_format("%s passed", permitted);
	free(permitted);
	free(denied);
	return text;
}

static size_t *list_columns(const struct drawing *drawing, const struct sluice_conduit_end *end)
{
	size_t *column = sluice_allocate(end->parts, sizeof(*column));

	for (size_t i = 0; i < end->parts; i++)
		column[i] = drawing->column[end->part[i].zone];
	return column;
}

static void draw_conduit(struct drawing *drawing, size_t index)
{
	const struct sluice_conduit *conduit = &drawing->policy->conduit[index];
	char *from = join_names(&conduit->from.names), *to = join_names(&conduit->to.names);
	char *services = describe_services(drawing->policy, conduit->service, &conduit->services);
	struct arrow arrow = {
		.from = list_columns(drawing, &conduit->from),
		.froms = conduit->from.parts,
		.to = list_columns(drawing, &conduit->to),
		.tos = conduit->to.parts,
		.name = (char *)conduit->name,
		.count = describe_count(drawing->counts ? &drawing->counts[index] : NULL),
		.detail = sluice_format("%s \xe2\x86\x92 %s \xc2\xb7 %s", from, to, services),
		.essential = conduit->essential,
		.bounded = conduit->valid_from || conduit->valid_until,
	};

	draw_arrow(drawing, &arrow, drawing->rows++);
	free(arrow.from);
	free(arrow.to);
	free(arrow.count);
	free(arrow.detail);
	free(services);
	free(from);
	free(to);
}

static void draw_management(struct drawing *drawing, size_t gateway, size_t index)
{
	const struct sluice_policy *policy = drawing->policy;
	const struct sluice_management *management = &policy->gateway[gateway].management[index];
	size_t own = drawing->column[policy->zones + gateway];
	size_t peer = drawing->column[policy->asset[management->asset].zone];
	char *services = describe_services(policy, management->service, &management->services);
	struct arrow arrow = {
		.from = management->dials ? &own : &peer,
		.froms = 1,
		.to = management->dials ? &peer : &own,
		.tos = 1,
		.name = "management",
		.count = "",
		.detail = sluice_format("%s %s \xc2\xb7 %s",
					management->dials ? "dials" : "reached from",
					management->peer, services),
	};

	draw_arrow(drawing, &arrow, drawing->rows++);
	free(arrow.detail);
	free(services);
}

static void draw_rows(struct drawing *drawing)
{
	const struct sluice_policy *policy = drawing->policy;

	for (size_t i = 0; i < policy->conduits; i++)
		draw_conduit(drawing, i);
	for (size_t i = 0; i < policy->gateways; i++)
		for (size_t j = 0; j < policy->gateway[i].managements; j++)
			draw_management(drawing, i, j);
}

/* Frame */

static const char style[] =
	"text{font-family:'DejaVu Sans','Segoe UI',Arial,sans-serif;fill:#263238}"
	".title{font-size:20px;font-weight:bold}.caption{font-size:12px;fill:#546e7a}"
	".band{font-size:11px;font-weight:bold;letter-spacing:2px;text-anchor:middle;fill:inherit}"
	".zone{font-size:14px;font-weight:bold;text-anchor:middle}"
	".small{font-size:10.5px;text-anchor:middle;fill:#455a64}"
	".port{font-size:10.5px;font-weight:bold;text-anchor:middle;fill:#37474f}"
	".name{font-size:12px;font-weight:bold;paint-order:stroke;stroke:#ffffff;stroke-opacity:.75;stroke-width:3px}"
	".detail{font-size:10.5px;fill:#455a64;paint-order:stroke;stroke:#ffffff;stroke-opacity:.75;stroke-width:3px}"
	".legend{font-size:11px;fill:#546e7a}";

static void draw_frame(struct drawing *drawing, const char *caption)
{
	char *title = sluice_format("%s, policy version %llu", drawing->policy->site,
				    (unsigned long long)drawing->policy->version);

	fprintf(drawing->out, "<style>%s</style>\n", style);
	fputs("<defs><pattern id=\"fence\" width=\"14\" height=\"14\" patternUnits=\"userSpaceOnUse\" patternTransform=\"rotate(45)\"><rect width=\"14\" height=\"14\" fill=\"#fbe9e7\"/><rect width=\"4\" height=\"14\" fill=\"#f3c6c0\"/></pattern></defs>\n",
	      drawing->out);
	fputs("<rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>\n", drawing->out);
	label(drawing, MARGIN, 36, "title", title);
	label(drawing, MARGIN, 58, "caption",
	      caption ? caption :
			"Zones by level, from the process outwards. Only these conduits exist; everything else is denied.");
	free(title);
}

static void draw_legend(struct drawing *drawing)
{
	double y = drawing->height - LEGEND_HEIGHT + 24;

	label(drawing, MARGIN, y, "legend",
	      "\xe2\x97\x8f begins the conversation  \xc2\xb7  \xe2\x96\xb6 is reached; answers come back  \xc2\xb7  \xe2\x98\x85 essential  \xc2\xb7  dashed line: only for a time");
	label(drawing, MARGIN, y + 18, "legend",
	      "dashed box: behind another zone's router, so the check of its source addresses is only as good as that router  \xc2\xb7  hatched: no conduit may ever name it");
}

static char *draw_body(struct drawing *drawing, const char *caption)
{
	char *body = NULL;
	size_t size;

	drawing->out = open_memstream(&body, &size);
	if (!drawing->out)
		abort();
	draw_frame(drawing, caption);
	draw_bands(drawing);
	draw_lifelines(drawing);
	for (size_t i = 0; i < drawing->policy->zones; i++)
		draw_zone(drawing, i);
	for (size_t i = 0; i < drawing->policy->gateways; i++)
		draw_gateway(drawing, i);
	draw_rows(drawing);
	draw_legend(drawing);
	fclose(drawing->out);
	return body;
}

static size_t count_rows(const struct sluice_policy *policy)
{
	size_t rows = policy->conduits;

	for (size_t i = 0; i < policy->gateways; i++)
		rows += policy->gateway[i].managements;
	return rows;
}

char *sluice_policy_graph(const struct sluice_policy *policy,
			  const struct sluice_conduit_count *counts, const char *caption)
{
	struct drawing drawing = { .policy = policy, .counts = counts };
	char *body, *document;

	place_columns(&drawing);
	drawing.width = 2 * MARGIN + COLUMN * (double)drawing.columns;
	if (drawing.width < 1010)
		drawing.width = 1010;
	drawing.height = TITLE_HEIGHT + HEAD_HEIGHT + ROW_HEIGHT * (double)count_rows(policy) +
			 LEGEND_HEIGHT;
	body = draw_body(&drawing, caption);
	document = sluice_format("<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%.0f\" height=\"%.0f\" viewBox=\"0 0 %.0f %.0f\">\n%s</svg>\n",
				 drawing.width, drawing.height, drawing.width, drawing.height, body);
	free(body);
	free(drawing.column);
	return document;
}
