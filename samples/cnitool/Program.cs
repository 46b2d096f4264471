using System.Runtime.Versioning;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using CniInvoker;

[assembly: SupportedOSPlatform("linux")]

if (args is not [("add" or "check" or "del") and var verb, var network, var netns])
{
    Console.Error.WriteLine("usage: cnitool add|check|del NETWORK NETNS");
    return 2;
}

try
{
    var client = new CniClient(new CniClientOptions
    {
        ConfigurationDirectory = Environment.GetEnvironmentVariable("NETCONFPATH") ?? "/etc/cni/net.d",
        PluginDirectories = (Environment.GetEnvironmentVariable("CNI_PATH") ?? "/opt/cni/bin:/usr/lib/cni").Split(':'),
    });
    var hash = Convert.ToHexStringLower(SHA512.HashData(Encoding.UTF8.GetBytes(netns))[..10]);
    var attachment = new Attachment($"cnitool-{hash}", netns, Environment.GetEnvironmentVariable("CNI_IFNAME") ?? "eth0");
    switch (verb)
    {
        case "add":
            var result = await client.AddAsync(network, attachment, CancellationToken.None);
            Console.WriteLine(result.Json);
            break;
        case "check":
            await client.CheckAsync(network, attachment, CancellationToken.None);
            break;
        default:
            await client.DeleteAsync(network, attachment, CancellationToken.None);
            break;
    }

    return 0;
}
catch (CniException failure)
{
    Console.WriteLine(
        new JsonObject { ["cniVersion"] = "1.1.0", ["code"] = failure.Code, ["msg"] = failure.Msg, ["details"] = failure.Message });
    return 1;
}
