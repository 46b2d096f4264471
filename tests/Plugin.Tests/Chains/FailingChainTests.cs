namespace Bridge.Plugin.Tests.Chains;

/// <summary>A stock plugin, and after it a failing one, a shell script.</summary>
public sealed class FailingChainTests(PluginHost fixture) : PluginTest(fixture), IClassFixture<PluginHost>
{
    private const string Broken = """{ "type": "broken" }""";

    [Fact]
    public async Task When_the_second_plugin_fails_the_first_is_cleaned_up_and_no_record_stays()
    {
        await WriteBrokenPluginAsync("ADD");
        await WriteNetworkAsync(Plugins.MasqueradingBridge);
        var census = await CensusAfterOneAttachmentAsync();
        await WriteNetworkAsync(Plugins.MasqueradingBridge, Broken);
        var sandbox = await NewSandboxAsync();

        AssertRefused(await sandbox.TryAddAsync(Cancellation), "plugin \"broken\" failed ADD", "the quarry is shut", "117");

        (await sandbox.LinksAsync(Cancellation)).Select(link => link.Name).Should().Equal("lo");
        AssertRefused(await sandbox.CheckAsync(Cancellation));
        await sandbox.RemoveAsync(Cancellation);
        await AssertNothingIsLeftSinceAsync(census);
    }

    [Fact]
    public async Task A_failed_clean_up_keeps_the_record_until_DEL_succeeds()
    {
        await WriteNetworkAsync(Plugins.MasqueradingBridge);
        var census = await CensusAfterOneAttachmentAsync();
        await WriteBrokenPluginAsync("ADD|DEL");
        await WriteNetworkAsync(Plugins.MasqueradingBridge, Broken);
        var sandbox = await NewSandboxAsync();

        AssertRefused(await sandbox.TryAddAsync(Cancellation), "plugin \"broken\" failed ADD", "The clean-up failed too");

        AssertRefused(await sandbox.DeleteAsync(Cancellation), "plugin \"broken\" failed DEL");
        (await sandbox.LinkAsync("eth0", Cancellation)).Addresses.Should().NotBeEmpty();
        AssertRefused(await sandbox.TryAddAsync(Cancellation));
        await WriteBrokenPluginAsync("ADD");
        await AssertIsUndoneAsync(sandbox, census);
    }

    private async Task WriteBrokenPluginAsync(string failing)
    {
        var path = Host.PathOf("/opt/cni/bin/broken");
        await File.WriteAllTextAsync(path, $$"""
            #!/bin/sh
            cat > /dev/null
            case $CNI_COMMAND in
                {{failing}}) echo '{ "cniVersion": "1.0.0", "code": 117, "msg": "the quarry is shut" }'; exit 1 ;;
            esac

            """, Cancellation);
        File.SetUnixFileMode(path, (UnixFileMode)0b111_101_101);
    }
}
