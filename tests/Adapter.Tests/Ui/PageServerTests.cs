using System.Net;

namespace Bridge.Adapter.Tests.Ui;

/// <summary>Who gets an answer, and which.</summary>
public sealed class PageServerTests : IAsyncLifetime
{
    private UiBench _bench = null!;

    public async ValueTask InitializeAsync() => _bench = await UiBench.StartAsync();

    public ValueTask DisposeAsync() => _bench?.DisposeAsync() ?? ValueTask.CompletedTask;

    [Fact]
    public async Task The_page_forbids_everything_from_elsewhere_and_leaves_no_cookie_which_other_ports_would_get_too()
    {
        using var page = await _bench.GetAsync($"/?token={_bench.Token}");

        page.StatusCode.Should().Be(HttpStatusCode.OK);
        $"{page.Content.Headers.ContentType}".Should().Be("text/html; charset=utf-8");
        page.Headers.Contains("Set-Cookie").Should().BeFalse();
        (await page.Content.ReadAsStringAsync(Cancellation)).Should().NotContain(_bench.Token);
        page.Headers.GetValues("Content-Security-Policy").Single().Should()
            .Contain("default-src 'none'").And.Contain("frame-ancestors 'none'").And.NotContain("unsafe");
        page.Headers.GetValues("X-Content-Type-Options").Single().Should().Be("nosniff");
        page.Headers.GetValues("Referrer-Policy").Single().Should().Be("no-referrer");
        page.Headers.CacheControl!.NoStore.Should().BeTrue();
    }

    [Theory]
    [InlineData("/events")]
    [InlineData("/events?token=TOKEN")]
    [InlineData("/detail?key=e:e1")]
    [InlineData("/detail?key=e:e1&token=TOKEN")]
    public async Task Without_the_token_in_its_header_nothing_of_the_host_is_told(string path)
    {
        using var answer = await _bench.GetAsync(path.Replace("TOKEN", _bench.Token, StringComparison.Ordinal));

        answer.StatusCode.Should().Be(HttpStatusCode.Forbidden);
        (await answer.Content.ReadAsStringAsync(Cancellation)).Should().Contain("Open the whole URL");
    }

    [Theory]
    [InlineData("Authorization", "Bearer 0000000000000000000000000000000000000000000000000000000000000000")]
    [InlineData("Authorization", "Basic TOKEN")]
    [InlineData("Cookie", "token=TOKEN")]
    public async Task Another_header_is_not_the_token(string header, string value)
    {
        using var answer = await _bench.GetAsync("/events", (header, value.Replace("TOKEN", _bench.Token, StringComparison.Ordinal)));

        answer.StatusCode.Should().Be(HttpStatusCode.Forbidden);
    }

    [Theory]
    [InlineData("Host", "evil.example.org")]
    [InlineData("Host", "evil.example.org:PORT")]
    [InlineData("Host", "127.0.0.1.evil.example.org:PORT")]
    [InlineData("Host", "10.0.0.1:PORT")]
    [InlineData("Origin", "http://evil.example.org")]
    [InlineData("Origin", "null")]
    [InlineData("Origin", "http://127.0.0.1:1")]
    [InlineData("Origin", "https://127.0.0.1:PORT")]
    [InlineData("Sec-Fetch-Site", "cross-site")]
    [InlineData("Sec-Fetch-Site", "same-site")]
    public async Task Requests_of_other_pages_are_refused_even_with_the_token(string header, string value)
    {
        await _bench.OpenAsync();
        var given = value.Replace("PORT", $"{_bench.Ui.Server.EndPoint.Port}", StringComparison.Ordinal);

        foreach (var path in new[] { "/", $"/?token={_bench.Token}", "/detail?key=e:e1" })
        {
            using var answer = await _bench.GetAsync(path, (header, given));

            answer.StatusCode.Should().Be(HttpStatusCode.Forbidden);
            (await answer.Content.ReadAsStringAsync(Cancellation)).Should().ContainAny("Another page", "This name");
        }
    }

    [Theory]
    [InlineData("localhost:9000")]
    [InlineData("LOCALHOST")]
    [InlineData("127.0.0.2:1")]
    [InlineData("[::1]:9000")]
    public async Task The_page_is_reached_through_ssh_under_any_port(string host)
    {
        using var answer = await _bench.GetAsync($"/?token={_bench.Token}", ("Host", host), ("Sec-Fetch-Site", "none"));

        answer.StatusCode.Should().Be(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_link_on_another_page_leads_here_only_as_a_navigation_with_the_token()
    {
        (string, string)[] navigation = [("Sec-Fetch-Site", "cross-site"), ("Sec-Fetch-Mode", "navigate"), ("Sec-Fetch-Dest", "document")];
        await _bench.OpenAsync();

        using var with = await _bench.GetAsync($"/?token={_bench.Token}", navigation);
        using var without = await _bench.GetAsync("/", navigation);
        using var frame = await _bench.GetAsync(
            $"/?token={_bench.Token}", ("Sec-Fetch-Site", "cross-site"), ("Sec-Fetch-Mode", "navigate"), ("Sec-Fetch-Dest", "iframe"));

        with.StatusCode.Should().Be(HttpStatusCode.OK);
        without.StatusCode.Should().Be(HttpStatusCode.Forbidden);
        frame.StatusCode.Should().Be(HttpStatusCode.Forbidden);
    }

    [Theory]
    [InlineData("POST")]
    [InlineData("PUT")]
    [InlineData("DELETE")]
    [InlineData("OPTIONS")]
    [InlineData("TRACE")]
    public async Task Nothing_but_GET_is_answered(string method)
    {
        await _bench.OpenAsync();

        using var answer = await _bench.SendAsync(new HttpMethod(method), "/events");

        answer.StatusCode.Should().Be(HttpStatusCode.MethodNotAllowed);
        answer.Content.Headers.Allow.Should().Equal("GET");
    }

    [Fact]
    public async Task Every_file_of_the_page_has_its_type_and_is_sent_again_only_when_it_has_changed()
    {
        await _bench.OpenAsync();
        using var first = await _bench.GetAsync("/favicon.svg", ("Sec-Fetch-Site", "same-origin"));
        first.StatusCode.Should().Be(HttpStatusCode.OK);
        $"{first.Content.Headers.ContentType}".Should().Be("image/svg+xml");

        using var second = await _bench.GetAsync("/favicon.svg", ("If-None-Match", $"{first.Headers.ETag}"));
        using var absent = await _bench.GetAsync("/../cnm-cni");

        second.StatusCode.Should().Be(HttpStatusCode.NotModified);
        absent.StatusCode.Should().Be(HttpStatusCode.NotFound);
    }

    [Theory]
    [InlineData("/detail?key=e:none")]
    [InlineData("/detail?key=")]
    [InlineData("/detail")]
    [InlineData("/detail?key=../../etc/passwd")]
    public async Task An_unknown_member_has_no_details(string path)
    {
        await _bench.OpenAsync();
        using var events = await _bench.FollowAsync();
        await events.NextAsync("picture");

        using var answer = await _bench.GetAsync(path);

        answer.StatusCode.Should().Be(HttpStatusCode.NotFound);
        (await answer.Content.ReadAsStringAsync(Cancellation)).Should().StartWith("""{"error":""");
    }
}
