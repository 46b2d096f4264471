using Bridge.Adapter.Attachments;
using Bridge.Adapter.Cnm;
using Bridge.Adapter.Sandboxes;
using Bridge.Adapter.Sandboxes.Links;
using Bridge.Adapter.State;
using Bridge.Adapter.Translation;

namespace Bridge.Adapter.Tests.Attachments;

public sealed class SandboxRoutesTests
{
    private static readonly LinkRoute Hop = new("169.254.1.1/32") { Protocol = 3 };
    private static readonly LinkRoute OverHop = new("0.0.0.0/0") { Gateway = "169.254.1.1" };
    private static readonly LinkRoute Onlink = OverHop with { OnLink = true };

    [Fact]
    public void A_next_hop_that_two_networks_share_is_refused_with_both_named()
    {
        foreach (var (first, second) in new[] { (Of("one", Hop, OverHop), Of("two", Hop, OverHop)),
            (Of("one", Onlink), Of("two", Hop, OverHop)), (Of("one", Onlink), Of("two", Onlink)) })
        {
            foreach (var attach in new[] { AttachMode.Staging, AttachMode.Sandbox })
            {
                var require =
                    () => SandboxConflicts.RequireNewRoutes(
                        second, [Of("other"), first with { Attach = first.Snapshot!.Routes.Count > 1 ? attach : AttachMode.Staging }], []);

                require.Should().Throw<CnmException>().WithMessage(
                    "*two routes to 169.254.1.1/32*CNI network \"one\"*CNI network \"two\"*docker network disconnect*");
            }
        }
    }

    [Fact]
    public void A_route_that_an_interface_of_another_driver_has_is_refused_with_the_interface_named()
    {
        var require =
            () => SandboxConflicts.RequireNewRoutes(Of("two", new LinkRoute("172.17.0.0/16") { Gateway = "10.88.0.1" }), [],
                [new SandboxRoute("eth0", new LinkRoute("172.17.0.0/16") { Protocol = 2 })]);

        require.Should().Throw<CnmException>().WithMessage("*172.17.0.0/16*interface eth0*CNI network \"two\"*");
    }

    [Fact]
    public void Routes_to_different_destinations_and_default_routes_are_accepted()
    {
        var require = () => SandboxConflicts.RequireNewRoutes(
            Of("two", Hop with { Destination = "169.254.1.2/32" }, OverHop with { Gateway = "169.254.1.2" }),
            [Of("one", Hop, OverHop)],
            [new SandboxRoute("eth0", Hop), new SandboxRoute("eth0", OverHop),
                new SandboxRoute("eth0", new LinkRoute("169.254.1.2/32") { Table = 100 })]);

        require.Should().NotThrow();
    }

    private static AttachmentRecord Of(string cniNetwork, params LinkRoute[] routes) => Records.Joined(cniNetwork) with
    {
        CniNetwork = cniNetwork,
        Snapshot = new LinkSnapshot("eth0", "02:00:00:00:00:01", 1500, "veth", 7) { Routes = routes },
    };
}
