namespace Bridge.Plugin.Tests.Main;

/// <summary>The stock plugin <c>loopback</c>, which ignores CNI_IFNAME.</summary>
public sealed class LoopbackTests(PluginHost fixture) : PluginTest(fixture), IClassFixture<PluginHost>
{
    [Fact]
    public async Task The_loopback_comes_up_and_CHECK_detects_when_it_is_down()
    {
        await WriteNetworkAsync("""{ "type": "loopback" }""");
        var census = await CensusAfterOneAttachmentAsync();
        var sandbox = await NewSandboxAsync();

        var result = await sandbox.AddAsync(Cancellation);

        result.Interfaces.Should().ContainSingle().Which.Should().Match<CniInvoker.CniInterface>(
            link => link.Name == "lo" && link.Sandbox == sandbox.Path);
        await using var inside = sandbox.Inside.ServePage(80, Page);
        (await sandbox.Inside.GetAsync("127.0.0.1", 80, Cancellation)).Should().Be(Page);
        (await sandbox.CheckAsync(Cancellation)).EnsureSuccess();
        await sandbox.RunInShellAsync("ip link set lo down", Cancellation);
        AssertRefused(await sandbox.CheckAsync(Cancellation), "plugin \"loopback\" failed CHECK", "down");
        await sandbox.RunInShellAsync("ip link set lo up", Cancellation);
        await AssertIsUndoneAsync(sandbox, census);
    }

    [Fact]
    public async Task DEL_takes_down_the_loopback_of_a_sandbox_that_stays()
    {
        await WriteNetworkAsync("""{ "type": "loopback" }""");
        var sandbox = await NewSandboxAsync();
        await sandbox.AddAsync(Cancellation);

        (await sandbox.DeleteAsync(Cancellation)).EnsureSuccess();

        (await sandbox.LinkAsync("lo", Cancellation)).Flags.Should().NotContain("UP");
    }
}
